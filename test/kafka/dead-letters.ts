import { deadLetterRecord, type DeadLetterWish } from '../fixtures/dead-letters.ts'
import type { TestKafka, TestTopics } from './test-kafka.ts'

/**
 * Writes dead letters of this group into a topic, as a processor would have; the value of each is its number. They are
 * made as if read from the input, round its partitions.
 */
export async function writeDeadLetters(
  kafka: TestKafka,
  { input, deadLetters, group }: TestTopics,
  partitions: number,
  wishes: readonly DeadLetterWish[]
): Promise<void> {
  const records = wishes.map((wish, number) => {
    const source = { topic: input, partition: number % partitions, offset: number }
    const made = deadLetterRecord({ group, source, value: String(number), ...wish })
    return { ...made, partition: number % partitions }
  })
  await kafka.write(deadLetters, records)
}
