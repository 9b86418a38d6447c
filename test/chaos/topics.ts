import { randomBytes } from 'node:crypto'
import { ConfluentAdmin } from '../../src/kafka/confluent/admin.ts'
import { until } from '../kafka/until.ts'
import type { Destination } from './evidence.ts'
import type { ChaosSettings } from './settings.ts'

/** The topics of a run, and the group of its processors. */
export interface ChaosTopics {
  readonly input: string
  readonly outputs: Readonly<Record<Destination, { readonly topic: string; readonly partitions: number }>>
  readonly group: string
}

/** Not a divisor of the input's usual number, so that rows of several input partitions meet in one. */
const FEW_PARTITIONS = 4
const KEEP_ALL = { 'retention.ms': '-1' }
/** The outputs say when a row came, and not when its login was: what was repeated can be told from what repeats it. */
const OUTPUT_CONFIG = { ...KEEP_ALL, 'message.timestamp.type': 'LogAppendTime' }

export async function createTopics(
  bootstrap: string,
  { delivery, partitions, brokers }: ChaosSettings
): Promise<ChaosTopics> {
  const input = `chaos-${delivery}-${randomBytes(3).toString('hex')}`
  const outputs: ChaosTopics['outputs'] = {
    processed: { topic: `${input}-processed`, partitions },
    'dead-letter': { topic: `${input}-dlq`, partitions: FEW_PARTITIONS },
    cleaned: { topic: `${input}-cleaned`, partitions: FEW_PARTITIONS }
  }
  const wanted = [
    { topic: input, partitions, replicationFactor: brokers, config: KEEP_ALL },
    ...Object.values(outputs).map(({ topic, partitions: count }) => {
      return { topic, partitions: count, replicationFactor: brokers, config: OUTPUT_CONFIG }
    })
  ]
  const admin = new ConfluentAdmin({ 'bootstrap.servers': bootstrap })
  await admin.connect()
  await admin.createTopics(wanted)
  // A topic is created somewhat before its partitions have leaders and the metadata know of it.
  await until('the new topics are known', async () => {
    const known = await admin.partitionCounts()
    return wanted.every(({ topic }) => known.has(topic))
  })
  await admin.disconnect()
  return { input, outputs, group: input }
}
