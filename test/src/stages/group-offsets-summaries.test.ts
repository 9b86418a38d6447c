import { describe, expect, test } from 'vitest'
import { Assignments } from '../../../src/offsets/assignment.ts'
import { GroupOffsets } from '../../../src/stages/group-offsets.ts'
import { SummaryPlan } from '../../../src/summaries/plan.ts'
import { SummaryState } from '../../../src/summaries/summary-state.ts'
import { partitions } from '../../fixtures/rebalance.ts'
import { ScriptedConsumer } from '../../fixtures/scripted-consumer.ts'
import { assigned, quietEvents, settled } from '../../fixtures/stages.ts'

const plan = new SummaryPlan(['device_type'], 10)

const counted = (first: number, processed: number) =>
  Object.assign(new SummaryState(plan, first), { next: first + processed, processed })

describe('what has been counted for the next summary', () => {
  const always = () => true
  const text = (state: SummaryState, offset: number) => JSON.stringify({ v: 1, summary: state.fields(offset) })

  function setUp({ on = true } = {}) {
    const consumer = new ScriptedConsumer()
    const { events } = quietEvents()
    const warned: string[] = []
    events.warned = line => warned.push(line)
    events.summaryDropped = (place, why) => warned.push(`${place.partition}@${place.offset} ${why}`)
    const errors: Error[] = []
    const offsets = new GroupOffsets({
      consumer,
      events,
      maxInFlightRecords: 1000,
      summaries: on ? plan : undefined,
      failed: error => errors.push(error)
    })
    return { consumer, offsets, warned, errors, assignment: assigned(new Assignments(), 1)[0] }
  }

  /** Answers commits until there are none; what they had beside their offsets. */
  async function metadataOf({ consumer }: ReturnType<typeof setUp>): Promise<(string | undefined)[]> {
    await settled()
    const commits = consumer.commits.splice(0)
    for (const commit of commits) commit.resolve()
    await settled()
    return commits.flatMap(({ offsets }) => offsets.map(({ metadata }) => metadata))
  }

  async function begun(setting: ReturnType<typeof setUp>, offset: number, metadata: string): Promise<void> {
    setting.consumer.positions.push({ topic: 'logins', partition: 0, offset, metadata })
    void setting.offsets.prepare(partitions(0), always)
    await metadataOf(setting)
    setting.offsets.opened(setting.assignment)
  }

  const summaryIn = (metadata: string | undefined) =>
    (JSON.parse(metadata ?? '{}') as { summary?: { first: number } }).summary

  test('is read when the partition is assigned, and counts as committed', async () => {
    const setting = setUp()
    await begun(setting, 9, text(counted(2, 7), 9))
    expect(setting.assignment.ledger.summary).toMatchObject({ first: 2, processed: 7 })
    expect([setting.assignment.committed, setting.assignment.uncommitted]).toEqual([9, false])
    expect(setting.errors).toEqual([])
  })

  test('goes with each commit, and stays when the same offset is committed again', async () => {
    const setting = setUp()
    await begun(setting, 9, '')
    expect(setting.assignment.ledger.summary?.first).toBe(9)
    const { offsets } = setting
    void offsets.commit([{ topic: 'logins', partition: 0, offset: 15, summary: counted(9, 6) }])
    const [committed] = await metadataOf(setting)
    expect(summaryIn(committed)).toMatchObject({ at: 15, first: 9, next: 15, records: [6, 0, 0, 0] })
    offsets.cautionOf(partitions(0)[0])?.begin(15, 16)
    void offsets.announce(partitions(0))
    const [again] = await metadataOf(setting)
    expect(again).toContain('"record":{"offset":15')
    expect(summaryIn(again)).toEqual(summaryIn(committed))
  })

  test('is not committed again for an offset of which it is not known what the group has', async () => {
    const setting = setUp()
    await begun(setting, 9, '')
    const { offsets, consumer } = setting
    void offsets.commit([{ topic: 'logins', partition: 0, offset: 9, summary: counted(9, 0) }]).catch(() => undefined)
    await settled()
    consumer.commits.splice(0)[0].reject(new Error('no answer'))
    await settled()
    offsets.cautionOf(partitions(0)[0])?.begin(9, 10)
    void offsets.announce(partitions(0))
    expect(await metadataOf(setting)).toEqual([])
  })

  test('can not go on where it is not known: the process ends', () => {
    const { offsets, assignment, errors } = setUp()
    offsets.opened(assignment)
    expect(errors.map(({ message }) => message)).toEqual([
      'what the group has committed for logins/0 could not be read, and its summary goes on from there'
    ])
  })

  test('that belongs to another offset is dropped, and that is said', async () => {
    const setting = setUp()
    await begun(setting, 20, text(counted(2, 7), 9))
    expect(setting.assignment.ledger.summary).toMatchObject({ first: 20, processed: 0 })
    expect(setting.warned).toEqual(['0@20 foreign'])
  })

  test('is dropped where no summaries are made any more, and that is said', async () => {
    const setting = setUp({ on: false })
    await begun(setting, 9, text(counted(2, 7), 9))
    expect([setting.assignment.ledger.summary, setting.warned]).toEqual([undefined, ['0@9 off']])
  })

  test('is lost with the process where brokers take no metadata, and that is said', async () => {
    const setting = setUp()
    await begun(setting, 9, '')
    const done = setting.offsets.commit([{ topic: 'logins', partition: 0, offset: 15, summary: counted(9, 6) }])
    await settled()
    setting.consumer.commits.splice(0)[0].reject(Object.assign(new Error('metadata too large'), { code: 12 }))
    expect(await metadataOf(setting)).toEqual([undefined])
    await done
    expect(setting.warned).toEqual([expect.stringContaining('what a summary has counted is lost with the process')])
  })
})
