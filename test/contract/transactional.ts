import { uniqueName, type Harness } from './harness.ts'
import { Member } from './member.ts'
import type { Row } from './rows.ts'
import { Sender, text } from './sender.ts'

export const rowsOf = (...values: string[]): Row[] => values.map(value => ({ value: text(value) }))
export const numbered = (first: number, count: number) =>
  rowsOf(...Array.from({ length: count }, (_, i) => `${first + i}`))

interface SetUp {
  readonly id?: string
  readonly outputTopic?: string
  readonly transactionTimeoutMs?: number
}

/** What tests of transactions begin with and look at. */
export function transactional(harness: () => Harness) {
  /** A producer with transactions, whose consumer is a member of a group on an input of one partition. */
  const setUp = async ({ id = uniqueName('transactional'), outputTopic, ...options }: SetUp = {}) => {
    const [input, group] = [await harness().createTopic(1), uniqueName('group')]
    const output = outputTopic ?? (await harness().createTopic(1, { maxBatchBytes: 3_000 }))
    const sender = await Sender.connect(harness(), { group, outputTopics: [output], transactionalId: id, ...options })
    const member = await new Member(sender.consumer).join([input])
    await member.pollUntil(() => member.assigned().length === 1)
    const offsets = (offset: number) => [{ topic: input, partition: 0, offset, metadata: `to ${offset}` }]
    const committed = async () => (await member.consumer.committed([{ topic: input, partition: 0 }]))[0]
    return { sender, member, offsets, committed, group, input, output, transactions: sender.transactions }
  }

  const stored = async (topic: string) => (await harness().read(topic)).map(({ value }) => String(value))

  /** Markers are written a little after a commit has been answered. */
  const storedUntil = async (topic: string, count: number) => {
    let values = await stored(topic)
    while (values.length < count) values = await stored(topic)
    return values
  }

  return { setUp, stored, storedUntil }
}
