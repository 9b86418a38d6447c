import { describe, expect, test } from 'vitest'
import { namedOptions } from '../../../../src/config/options.ts'
import { deadlineOptions } from '../../../../src/config/options/deadlines.ts'
import { deliveryOptions } from '../../../../src/config/options/delivery.ts'
import { failureOptions } from '../../../../src/config/options/failures.ts'
import { mistakes, read } from '../shout-pipeline.ts'

const exactly = { DELIVERY: 'exactly-once' }

/** Each link of the chain: the mistake it stops, values just inside it, values just outside. */
const links = [
  {
    stops: 'a record that hangs keeps a drain from ending',
    fits: { RECORD_DEADLINE_MS: '999', DRAIN_TIMEOUT_MS: '2000' },
    breaks: { RECORD_DEADLINE_MS: '1000', DRAIN_TIMEOUT_MS: '2000' },
    message:
      'RECORD_DEADLINE_MS, DRAIN_TIMEOUT_MS: a drain that meets a record that hangs waits for two tries of it, 2000'
  },
  {
    stops: 'the platform kills a stop that is still within its deadlines',
    fits: { DRAIN_TIMEOUT_MS: '48000', STOP_GRACE_MS: '60000' },
    breaks: { DRAIN_TIMEOUT_MS: '48001', STOP_GRACE_MS: '60000' },
    message: 'DRAIN_TIMEOUT_MS, STOP_GRACE_MS: a stop may take 60001 ms'
  },
  {
    stops: 'the group throws a member out while it drains',
    fits: { DRAIN_TIMEOUT_MS: '17999', MAX_POLL_INTERVAL_MS: '18000' },
    breaks: { DRAIN_TIMEOUT_MS: '18000', MAX_POLL_INTERVAL_MS: '18000' },
    message: 'DRAIN_TIMEOUT_MS, MAX_POLL_INTERVAL_MS: a rebalance waits'
  },
  {
    stops: 'a session ends because two heartbeats were late',
    fits: { HEARTBEAT_INTERVAL_MS: '2000', SESSION_TIMEOUT_MS: '6000' },
    breaks: { HEARTBEAT_INTERVAL_MS: '2001', SESSION_TIMEOUT_MS: '6000' },
    message: 'HEARTBEAT_INTERVAL_MS, SESSION_TIMEOUT_MS: two lost heartbeats must not end a session'
  },
  {
    stops: 'the client refuses to be made',
    fits: { SESSION_TIMEOUT_MS: '20000', MAX_POLL_INTERVAL_MS: '20000' },
    breaks: { SESSION_TIMEOUT_MS: '20001', MAX_POLL_INTERVAL_MS: '20000' },
    message: 'SESSION_TIMEOUT_MS, MAX_POLL_INTERVAL_MS: the client refuses'
  },
  {
    stops: 'records time out before they are sent',
    fits: { LINGER_MS: '4999', DELIVERY_TIMEOUT_MS: '5000' },
    breaks: { LINGER_MS: '5000', DELIVERY_TIMEOUT_MS: '5000' },
    message: 'LINGER_MS, DELIVERY_TIMEOUT_MS: a record that lingers'
  },
  {
    stops: 'records linger longer than their transaction lasts',
    fits: { ...exactly, LINGER_MS: '4999', TRANSACTION_TIMEOUT_MS: '5000' },
    breaks: { ...exactly, LINGER_MS: '5000', TRANSACTION_TIMEOUT_MS: '5000' },
    message: 'LINGER_MS, TRANSACTION_TIMEOUT_MS: a record that lingers as long as its transaction'
  },
  {
    stops: 'brokers abort transactions that are on time',
    fits: { ...exactly, TRANSACTION_MS: '3000', TRANSACTION_TIMEOUT_MS: '6000' },
    breaks: { ...exactly, TRANSACTION_MS: '3001', TRANSACTION_TIMEOUT_MS: '6000' },
    message: 'TRANSACTION_MS, TRANSACTION_TIMEOUT_MS: brokers abort a transaction'
  },
  {
    stops: 'a record that hangs is taken for a stall',
    fits: { RECORD_DEADLINE_MS: '7000', STALL_TIMEOUT_MS: '15001' },
    breaks: { RECORD_DEADLINE_MS: '7000', STALL_TIMEOUT_MS: '14000' },
    message: 'RECORD_DEADLINE_MS, STALL_TIMEOUT_MS: two tries of a record that hangs take 14000 ms, and are no stall'
  },
  {
    stops: 'the cure of a stall is taken for the next one',
    fits: { DRAIN_TIMEOUT_MS: '15000', STALL_TIMEOUT_MS: '15001' },
    breaks: { DRAIN_TIMEOUT_MS: '15000', STALL_TIMEOUT_MS: '15000' },
    message: 'DRAIN_TIMEOUT_MS, STALL_TIMEOUT_MS: a stall is cured by leaving the group'
  },
  {
    stops: 'the transaction of a copy that died is taken for a stall',
    fits: { ...exactly, TRANSACTION_TIMEOUT_MS: '60000', STALL_TIMEOUT_MS: '60001' },
    breaks: { ...exactly, TRANSACTION_TIMEOUT_MS: '60000', STALL_TIMEOUT_MS: '60000' },
    message: 'TRANSACTION_TIMEOUT_MS, STALL_TIMEOUT_MS: a partition whose last owner died'
  }
]

describe.each(links)('stopped: $stops', ({ fits, breaks, message }) => {
  test('the last value that fits is taken', () => {
    expect(mistakes(fits)).toBe('')
  })

  test('the first that does not is refused, with the settings to change', () => {
    const told = mistakes(breaks)
    expect(told).toContain(message)
    const [, remedy] = told.slice(told.indexOf(message)).split('; ')
    for (const setting of Object.keys(breaks).filter(name => name !== 'DELIVERY')) expect(remedy).toContain(setting)
  })
})

test('all the defaults are a chain, for either delivery and either protocol', () => {
  for (const DELIVERY of ['at-least-once', 'exactly-once']) {
    for (const GROUP_PROTOCOL of ['classic', 'consumer']) {
      const { problems, warnings } = read({ DELIVERY, GROUP_PROTOCOL })
      expect([problems, warnings]).toEqual([[], []])
    }
  }
})

describe('what is not used is no link', () => {
  test('sessions and heartbeats where the brokers set them', () => {
    const odd = { HEARTBEAT_INTERVAL_MS: '600000', SESSION_TIMEOUT_MS: '1800000' }
    expect(mistakes(odd)).not.toBe('')
    expect(mistakes({ ...odd, GROUP_PROTOCOL: 'consumer' })).toBe('')
  })

  test('transactions where there are none', () => {
    expect(mistakes({ TRANSACTION_MS: '60000', TRANSACTION_TIMEOUT_MS: '900000', LINGER_MS: '20000' })).toBe('')
  })
})

test.each([
  [{ DRAIN_TIMEOUT_MS: '9000' }, 'less than two RECORD_DEADLINE_MS and 5 s'],
  [{ LINGER_MS: '15000' }, 'LINGER_MS is not below DRAIN_TIMEOUT_MS'],
  [{ STALL_TIMEOUT_MS: '120000' }, 'STALL_TIMEOUT_MS is not above DELIVERY_TIMEOUT_MS'],
  [{ MAX_RECORD_AGE_MS: '21000' }, 'MAX_RECORD_AGE_MS is less than a failover may take, 21000 ms']
])('a weak link is allowed, with a warning: %o', (environment, warning) => {
  const { problems, warnings } = read(environment)
  expect(problems).toEqual([])
  expect(warnings).toEqual([expect.stringContaining(warning)])
})

const examples = namedOptions({ ...deadlineOptions, ...failureOptions, ...deliveryOptions })

test.each(examples.filter(([name]) => name.endsWith('_MS')))(
  'the example of %s can be taken as it is',
  (name, option) => {
    const { problems, warnings } = read({ ...exactly, [name]: option.example })
    expect([problems, warnings]).toEqual([[], []])
  }
)

test('a drain as short as a test wants it needs one more setting', () => {
  expect(mistakes({ DRAIN_TIMEOUT_MS: '300', RECORD_DEADLINE_MS: '100' })).toBe('')
})
