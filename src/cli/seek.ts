import { commandProperties } from '../config/client-properties.ts'
import { isInput, topicsRead } from '../config/inputs.ts'
import type { CoreSettings } from '../config/options.ts'
import { readEnvironment } from '../config/read-environment.ts'
import { allPartitions } from '../kafka/all-partitions.ts'
import { ConfluentAdmin } from '../kafka/confluent/admin.ts'
import { ConfluentRangeReader } from '../kafka/confluent/range-reader.ts'
import type { PartitionOffset } from '../kafka/admin.ts'
import type { TopicPartition } from '../kafka/ports.ts'
import type { Command } from './command.ts'
import { localBroker } from './local-broker.ts'
import { OpenClients } from './open-clients.ts'
import { print } from './print.ts'
import { readSeekArguments, SEEK_HELP, type SeekWish } from './seek-arguments.ts'
import { type Move, planMove, type SeekTarget } from './seek-plan.ts'
import { printPlan } from './seek-text.ts'

/** `millrace seek`: where the group goes on when it is started again. */
export const seek: Command = async (args, { environment, onUnclosed }) => {
  const wish = readSeekArguments(args, Date.now())
  if (wish === undefined) {
    process.stdout.write(SEEK_HELP)
    return 0
  }
  const broker = localBroker(environment)
  if (broker.simulated) throw new Error('the simulated broker keeps no offsets that could be set')
  const read = await readEnvironment(broker.environment)
  const { settings } = read
  const properties = commandProperties(read, 'consumer')
  const clients = new OpenClients(onUnclosed)
  try {
    const admin = await clients.connect(new ConfluentAdmin(properties))
    const reader = await clients.connect(new ConfluentRangeReader(properties))
    const partitions = partitionsOf(await admin.partitionCounts(), settings, wish)
    const moves = await plan(admin, reader, settings, partitions, wish.target)
    const members = await admin.memberCount(settings.groupId)
    printPlan(settings.groupId, moves, members)
    if (!wish.execute) return sayDryRun(members)
    if (members > 0) throw new Error(hasMembers(settings.groupId, members))
    await execute(admin, settings.groupId, moves)
    return 0
  } finally {
    await clients.close()
  }
}

/** Those that the group reads, unless the arguments name some of them. */
function partitionsOf(
  counts: ReadonlyMap<string, number>,
  settings: CoreSettings,
  { topics, partitions: numbers }: SeekWish
): TopicPartition[] {
  const read = [...counts.keys()].filter(topic => isInput(topicsRead(settings), topic))
  const unknown = topics?.find(topic => !read.includes(topic))
  if (unknown !== undefined) throw new Error(`the group does not read topic "${unknown}", or there is none`)
  const wanted = (topics ?? read).flatMap(topic => {
    const all = allPartitions(topic, counts.get(topic) ?? 0)
    return all.filter(({ partition }) => numbers?.includes(partition) ?? true)
  })
  const missing = numbers?.find(number => !wanted.some(({ partition }) => partition === number))
  if (missing !== undefined) throw new Error(`there is no partition ${missing}`)
  if (wanted.length === 0) throw new Error(`there is no topic ${topicsRead(settings).join(', ')}`)
  return wanted
}

async function plan(
  admin: ConfluentAdmin,
  reader: ConfluentRangeReader,
  { groupId, autoOffsetReset }: CoreSettings,
  partitions: readonly TopicPartition[],
  target: SeekTarget
): Promise<Move[]> {
  const begins = offsetsByName(await admin.beginningOffsets(partitions))
  const committed = offsetsByName(await admin.settledOffsets(groupId, partitions))
  const ends = await reader.stableEnds(partitions)
  const isTime = typeof target === 'object' && 'timestampMs' in target
  const atTime = isTime ? await reader.offsetsAt(partitions, target.timestampMs) : ends
  return partitions.map(({ topic, partition }, index) => {
    const offsetIn = (offsets: ReadonlyMap<string, number>) => offsets.get(`${topic}/${partition}`)
    const state = { begin: offsetIn(begins) ?? 0, end: ends[index], committed: offsetIn(committed) ?? -1 }
    return planMove({ topic, partition, ...state }, target, autoOffsetReset, atTime[index])
  })
}

function offsetsByName(offsets: readonly PartitionOffset[]): ReadonlyMap<string, number> {
  return new Map(offsets.map(({ topic, partition, offset }) => [`${topic}/${partition}`, offset]))
}

async function execute(admin: ConfluentAdmin, group: string, moves: readonly Move[]): Promise<void> {
  const offsets = moves.map(({ topic, partition, to }) => ({ topic, partition, offset: to }))
  try {
    await admin.setCommittedOffsets(group, offsets)
  } catch (error) {
    // Somebody may have joined since it was asked.
    const members = await admin.memberCount(group)
    throw members > 0 ? new Error(hasMembers(group, members), { cause: error }) : error
  }
  const now = offsetsByName(await admin.committedOffsets(group, offsets))
  const other = offsets.find(({ topic, partition, offset }) => now.get(`${topic}/${partition}`) !== offset)
  if (other !== undefined) throw new Error(`${other.topic}/${other.partition} is not where it was moved to; try again`)
  print(`✔ group ${group} goes on from there when it is started`)
}

function hasMembers(group: string, members: number): string {
  const who = members === 1 ? 'a member' : `${members} members`
  return `group ${group} has ${who}: stop them first; one that died is forgotten after SESSION_TIMEOUT_MS`
}

function sayDryRun(members: number): number {
  print('Nothing was changed: this was a dry run. --execute does it.')
  if (members > 0) print('The group has to be stopped for that.')
  return 0
}
