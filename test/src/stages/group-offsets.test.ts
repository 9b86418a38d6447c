import { describe, expect, test, vi } from 'vitest'
import type { CommitOffset, RecordTransactions } from '../../../src/kafka/ports.ts'
import { Assignments } from '../../../src/offsets/assignment.ts'
import { GroupOffsets } from '../../../src/stages/group-offsets.ts'
import { partitions } from '../../fixtures/rebalance.ts'
import { ScriptedConsumer } from '../../fixtures/scripted-consumer.ts'
import { quietEvents, settled } from '../../fixtures/stages.ts'

const always = () => true

function setUp() {
  const consumer = new ScriptedConsumer()
  const { events, insights } = quietEvents()
  const offsets = new GroupOffsets({ consumer, events, maxInFlightRecords: 1000 })
  return { consumer, offsets, insights }
}

type Setting = ReturnType<typeof setUp>

const put = ({ consumer }: Setting, partition: number, offset: number, metadata = '') =>
  consumer.positions.push({ topic: 'logins', partition, offset, metadata })

/** What has been committed since the last time it was asked, as `partition@offset metadata`. */
const told = ({ consumer }: Setting) =>
  consumer.commits.splice(0).map(({ offsets, resolve }) => {
    resolve()
    return offsets.map(({ partition, offset, metadata = '' }) => `${partition}@${offset} ${metadata}`.trim())
  })

/** Assigned, with everything answered at once. */
async function prepared(setting: Setting, ...numbers: number[]): Promise<void> {
  const preparing = setting.offsets.prepare(partitions(...numbers), always)
  await settled()
  told(setting)
  await preparing
}

const offsetOf = (partition: number, offset: number): CommitOffset => ({ topic: 'logins', partition, offset })

describe('an assignment', () => {
  test('is one attempt more, told before it begins', async () => {
    const setting = setUp()
    put(setting, 0, 50, '{"v":1,"attempts":2,"counts":[1]}')
    put(setting, 1, 7, 'of somebody else')
    const preparing = setting.offsets.prepare(partitions(0, 1, 2), always)
    await settled()
    expect(told(setting)).toEqual([['0@50 {"v":1,"counts":[1],"attempts":3}', '1@7 {"v":1,"attempts":1}']])
    await preparing
    expect(partitions(0, 1, 2).map(partition => setting.offsets.cautionOf(partition)?.watchful)).toEqual([
      true,
      false,
      true
    ])
  })

  test('of which the offsets can not be read goes on without', async () => {
    const setting = setUp()
    setting.consumer.committed = () => Promise.reject(new Error('no coordinator'))
    await setting.offsets.prepare(partitions(0), always)
    expect([told(setting), setting.offsets.cautionOf(partitions(0)[0])]).toEqual([[], undefined])
  })

  test('whose attempt can not be committed goes on, too, and it is told with the next commit', async () => {
    const setting = setUp()
    put(setting, 0, 50)
    const preparing = setting.offsets.prepare(partitions(0), always)
    await settled()
    setting.consumer.commits.splice(0)[0].reject(new Error('not now'))
    await preparing
    expect(setting.insights.failedCommits).toBe(1)
    void setting.offsets.announce(partitions(0))
    await settled()
    expect(told(setting)).toEqual([['0@50 {"v":1,"attempts":1}']])
  })

  test('that nobody waits for any more is left alone', async () => {
    const setting = setUp()
    put(setting, 0, 50)
    put(setting, 1, 60)
    const preparing = setting.offsets.prepare(partitions(0, 1), ({ partition }) => partition === 1)
    await settled()
    expect(told(setting)).toEqual([['1@60 {"v":1,"attempts":1}']])
    await preparing
  })

  test('knows what the group has, and which records have their verdict', async () => {
    const setting = setUp()
    put(setting, 0, 50, '{"v":1,"record":{"offset":52,"deaths":2,"running":true},"convicted":[60]}')
    await prepared(setting, 0)
    const assignment = new Assignments().open('logins', 0)
    setting.offsets.opened(assignment)
    expect([assignment.committed, [...assignment.verdicts.keys()]]).toEqual([50, [60, 52]])
  })
})

describe('a commit', () => {
  test('of a moved offset says nothing of attempts, and keeps what is not over', async () => {
    const setting = setUp()
    put(setting, 0, 50, '{"v":1,"attempts":1,"record":{"offset":70,"deaths":1}}')
    await prepared(setting, 0)
    void setting.offsets.commit([offsetOf(0, 60), offsetOf(9, 1)])
    await settled()
    expect(told(setting)).toEqual([['0@60 {"v":1,"record":{"offset":70,"deaths":1}}', '9@1']])
    await settled()
    void setting.offsets.commit([offsetOf(0, 71)])
    await settled()
    expect(told(setting)).toEqual([['0@71']])
  })

  test('is alone: nothing is committed while another one is under way, be it a transaction', async () => {
    const setting = setUp()
    put(setting, 0, 50)
    await prepared(setting, 0)
    const inTransaction = Promise.withResolvers<void>()
    const committing: (readonly CommitOffset[])[] = []
    const transactions: RecordTransactions = {
      begin: () => Promise.resolve(),
      abort: () => Promise.resolve(),
      commit: offsets => {
        committing.push(offsets)
        return inTransaction.promise
      }
    }
    void setting.offsets.within(transactions).commit([offsetOf(0, 60)])
    await settled()
    setting.offsets.cautionOf(partitions(0)[0])?.begin(61, 62)
    const announced = setting.offsets.announce(partitions(0))
    await settled()
    expect([committing.length, setting.consumer.commits.length]).toEqual([1, 0])
    inTransaction.resolve()
    await settled()
    expect(told(setting)).toEqual([['0@60 {"v":1,"record":{"offset":61,"deaths":0,"running":true}}']])
    expect(await announced).toBe(true)
  })

  test('whose answer is lost may have happened: the offset before it is not told again', async () => {
    const setting = setUp()
    put(setting, 0, 50)
    await prepared(setting, 0)
    const failing = setting.offsets.commit([offsetOf(0, 60)])
    await settled()
    setting.consumer.commits.splice(0)[0].reject(new Error('timed out'))
    await expect(failing).rejects.toThrow('timed out')
    setting.offsets.cautionOf(partitions(0)[0])?.begin(61, 62)
    await setting.offsets.announce(partitions(0))
    expect(told(setting)).toEqual([])
  })

  test('that is confirmed is known even when its partition has gone; one that fails is not', async () => {
    const setting = setUp()
    const { offsets, consumer } = setting
    await prepared(setting, 0)
    const confirmed = offsets.commit([offsetOf(0, 10)])
    await settled()
    told(setting)
    await confirmed
    const failing = offsets.commit([offsetOf(0, 20)])
    await settled()
    consumer.commits.splice(0)[0].reject(new Error('the answer was lost'))
    await expect(failing).rejects.toThrow('the answer was lost')
    offsets.forget(partitions(0))
    expect(partitions(0, 1).map(partition => offsets.confirmed(partition))).toEqual([10, undefined])
  })

  test('goes without metadata where the brokers do not take it, from then on', async () => {
    const setting = setUp()
    put(setting, 0, 50)
    const preparing = setting.offsets.prepare(partitions(0), always)
    await settled()
    setting.consumer.commits.splice(0)[0].reject(Object.assign(new Error('too large'), { code: 12 }))
    await settled()
    expect(told(setting)).toEqual([['0@50']])
    await preparing
    setting.offsets.cautionOf(partitions(0)[0])?.begin(61, 62)
    await setting.offsets.announce(partitions(0))
    expect(told(setting)).toEqual([])
  })
})

describe('an announcement', () => {
  test('is made where something has changed, and all that is asked for meanwhile goes with the next', async () => {
    const setting = setUp()
    for (const partition of [0, 1, 2]) put(setting, partition, 50)
    await prepared(setting, 0, 1, 2)
    const cautions = partitions(0, 1, 2).map(partition => setting.offsets.cautionOf(partition))
    await setting.offsets.announce(partitions(0, 1))
    expect(told(setting)).toEqual([])
    cautions[0]?.begin(50, 51)
    void setting.offsets.announce(partitions(0))
    await settled()
    cautions[1]?.begin(50, 51)
    cautions[2]?.begin(50, 51)
    void setting.offsets.announce(partitions(1))
    void setting.offsets.announce(partitions(2, 7))
    await settled()
    expect(told(setting).map(offsets => offsets.length)).toEqual([1])
    await settled()
    expect(told(setting).map(offsets => offsets.length)).toEqual([2])
  })

  test('that is not answered is not waited for', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const setting = setUp()
    put(setting, 0, 50)
    const preparing = setting.offsets.prepare(partitions(0), always)
    await settled()
    vi.advanceTimersByTime(5000)
    await preparing
    expect(setting.consumer.commits).toHaveLength(1)
    vi.useRealTimers()
  })

  test('takes the attempt back when a partition is given back in order', async () => {
    const setting = setUp()
    put(setting, 0, 50)
    await prepared(setting, 0)
    const leaving = setting.offsets.leave(partitions(0))
    await settled()
    expect(told(setting)).toEqual([['0@50']])
    await leaving
  })

  test('of a partition that is not ours any more is not made', async () => {
    const setting = setUp()
    put(setting, 0, 50)
    await prepared(setting, 0)
    setting.offsets.cautionOf(partitions(0)[0])?.begin(50, 51)
    const announcing = setting.offsets.announce(partitions(0))
    setting.offsets.forget(partitions(0))
    expect([await announcing, told(setting), setting.offsets.watchful]).toEqual([true, [], false])
  })

  test('begins where nothing has been committed with the first record', async () => {
    const setting = setUp()
    await prepared(setting, 0)
    expect(setting.offsets.watchful).toBe(true)
    setting.offsets.pin(partitions(0)[0], 33)
    const announcing = setting.offsets.announce(partitions(0))
    await settled()
    expect([told(setting), await announcing, setting.offsets.watchful]).toEqual([
      [['0@33 {"v":1,"attempts":1}']],
      true,
      false
    ])
  })
})
