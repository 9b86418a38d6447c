import { parseSource } from '../../src/slabs/source-header.ts'
import { uniqueName, type TestKafka, type TestTopics } from '../kafka/test-kafka.ts'
import type { StoredRecord } from '../kafka/topic-reader.ts'

/** Where a record stands in the input. */
export interface Place {
  readonly partition: number
  readonly offset: number
}

/** Copies of the outputs in which one row is missing, one is there twice, two are swapped and one is a dead letter too. */
export async function damageOutputs(kafka: TestKafka, topics: TestTopics) {
  const rows = await kafka.read(topics.processed)
  const [processed, deadLetters] = [uniqueName('doctored'), uniqueName('doctored-dlq')]
  await kafka.createTopic(processed, { partitions: 2 })
  await kafka.createTopic(deadLetters, { partitions: 2 })
  // Of one input partition in one output partition, in order.
  const stream = rows.filter(row => row.partition === 0 && placeOf(row).partition === 2)
  const [removed, repeated, late, overtaking, both] = [10, 20, 30, 31, 40].map(index => stream[index])
  const copies = rows.flatMap(row => {
    if (row === removed) return []
    if (row === repeated) return [row, row]
    if (row === late) return [overtaking]
    return row === overtaking ? [late] : [row]
  })
  await kafka.write(processed, copies)
  await kafka.write(deadLetters, [...(await kafka.read(topics.deadLetters)), both])
  const damage = {
    removed: placeOf(removed),
    repeated: placeOf(repeated),
    late: placeOf(late),
    overtaking: placeOf(overtaking),
    both: placeOf(both)
  }
  return { damage, doctored: { OUTPUT_TOPIC: processed, DLQ_TOPIC: deadLetters } }
}

function placeOf({ headers }: StoredRecord): Place {
  const { partition, offset } = parseSource(headers.at(-1)!.value)!
  return { partition, offset }
}
