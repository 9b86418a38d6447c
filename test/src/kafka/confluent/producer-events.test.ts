import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { Acknowledgements } from '../../../../src/kafka/confluent/acknowledgements.ts'
import { ProducerEvents } from '../../../../src/kafka/confluent/producer-events.ts'
import type { DeliveryReport, ProduceFailure } from '../../../../src/kafka/ports.ts'

const ERROR = { code: 10, message: 'too large' }

function harness() {
  const acknowledgements = new Acknowledgements()
  const told: DeliveryReport[] = []
  const faults: string[] = []
  const failures: ProduceFailure[] = []
  const heard: number[] = []
  const events = new ProducerEvents(acknowledgements, {
    delivered: report => told.push(report),
    failed: failure => failures.push(failure),
    heard: inFlight => heard.push(inFlight),
    fault: message => faults.push(message)
  })
  const statistics = (acked: number) =>
    events.onStatistics({
      message: JSON.stringify({
        topics: {
          t: { partitions: { '-1': { acked_msgid: 0, msgs_inflight: 0 }, 0: { acked_msgid: acked, msgs_inflight: 2 } } }
        }
      })
    })
  return { acknowledgements, events, told, failures, heard, faults, statistics }
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await nextTurn()
}

describe('ProducerEvents', () => {
  test('statistics are believed once the next ones have come and a whole turn has brought no failure', async () => {
    const { acknowledgements, told, statistics } = harness()
    acknowledgements.add('t', 0, 1)
    statistics(1)
    await turns(4)
    expect(told).toEqual([])
    statistics(1)
    expect(told).toEqual([])
    await turns(4)
    expect(told).toEqual([{ batch: 1, rows: 1 }])
  })

  test('a failure that statistics have overtaken still fails its rows', async () => {
    const { acknowledgements, events, told, statistics } = harness()
    acknowledgements.add('t', 0, 1)
    statistics(1)
    await turns(5)
    events.onReport(ERROR, { topic: 't', partition: 0 })
    statistics(1)
    await turns(5)
    expect(told).toEqual([{ batch: 1, rows: 1, error: ERROR }])
  })

  test('a failure that comes a turn after the next statistics still fails its rows', async () => {
    const { acknowledgements, events, told, statistics } = harness()
    acknowledgements.add('t', 0, 1)
    statistics(1)
    statistics(1)
    await nextTurn()
    events.onReport(ERROR, { topic: 't', partition: 0 })
    await turns(6)
    expect(told).toEqual([{ batch: 1, rows: 1, error: ERROR }])
  })

  test('while failures keep coming, statistics wait', async () => {
    const { acknowledgements, events, told, statistics } = harness()
    acknowledgements.add('t', 0, 1)
    statistics(1)
    statistics(1)
    for (let turn = 0; turn < 10; turn++) {
      await nextTurn()
      events.onReport(ERROR, { topic: 'other', partition: 0 })
      expect(told).toEqual([])
    }
    await turns(4)
    expect(told).toEqual([{ batch: 1, rows: 1 }])
  })

  test('statistics that come every turn do not keep each other waiting', async () => {
    const { acknowledgements, told, statistics } = harness()
    for (let row = 1; row <= 10; row++) {
      acknowledgements.add('t', 0, row)
      statistics(row)
      await nextTurn()
    }
    expect(told.length).toBeGreaterThan(3)
    statistics(10)
    await turns(4)
    expect(told).toHaveLength(10)
  })

  test('a success report says nothing', () => {
    const { acknowledgements, events, told } = harness()
    acknowledgements.add('t', 0, 1)
    events.onReport(null, { topic: 't', partition: 0 })
    expect(told).toEqual([])
  })

  test('a client whose numbers make no sense is a fault', async () => {
    const { acknowledgements, told, faults, statistics } = harness()
    acknowledgements.add('t', 0, 1)
    statistics(9)
    statistics(9)
    await turns(4)
    expect(faults).toHaveLength(1)
    expect(faults[0]).toContain('9 rows are acknowledged')
    expect(told).toEqual([])
  })

  test('a row that was given up for another one says that something failed, and fails no rows: that one may be reported yet', () => {
    const { acknowledgements, events, told, failures } = harness()
    acknowledgements.add('t', 0, 1)
    events.onReport({ code: -152, message: 'purged' }, { topic: 't', partition: 0 })
    expect([failures, told]).toEqual([[{ code: -152, message: 'purged' }], []])
    events.onReport(ERROR, { topic: 't', partition: 0 })
    expect(told).toEqual([{ batch: 1, rows: 1, error: ERROR }])
    expect(failures).toHaveLength(2)
  })

  test('what is under way is known from statistics that are believed', async () => {
    const { acknowledgements, heard, statistics } = harness()
    acknowledgements.add('t', 0, 1)
    statistics(0)
    await turns(4)
    expect(heard).toEqual([])
    statistics(0)
    await turns(4)
    expect(heard).toEqual([2])
  })

  test('closed, whatever comes is too late', async () => {
    const { acknowledgements, events, told, failures, statistics } = harness()
    acknowledgements.add('t', 0, 1)
    statistics(1)
    statistics(1)
    events.close()
    events.onReport(ERROR, { topic: 't', partition: 0 })
    await turns(5)
    expect([told, failures]).toEqual([[], []])
  })
})
