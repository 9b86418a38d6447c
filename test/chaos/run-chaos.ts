import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { KafkaCluster } from '../../scripts/broker/kafka-cluster.ts'
import { CommitWatch } from './commit-watch.ts'
import type { Evidence, Fault } from './evidence.ts'
import { Fleet } from './fleet.ts'
import type { ChaosGround } from './ground.ts'
import { GroupView } from './group-view.ts'
import { LoginWriter } from './login-writer.ts'
import { Logins } from './logins.ts'
import { COMMIT_INTERVAL_MS, environmentOf, MAX_IN_FLIGHT_RECORDS } from './processor-environment.ts'
import { readInput, readRows } from './read-evidence.ts'
import { planFaults } from './schedule.ts'
import type { ChaosSettings } from './settings.ts'
import { StatusWatch } from './status-watch.ts'
import { strikeAll } from './strike.ts'
import { createTopics, type ChaosTopics } from './topics.ts'

/** Beyond what recovery may take, so that a late one can be told from none. */
const LAG_TIMEOUT_MS = 180_000
/** What happened, and where it can be read in full. */
export interface ChaosRun {
  readonly evidence: Evidence
  readonly seconds: number
  readonly logDir: string
}

/** Writes logins, lets everything happen to those who process them, and gathers the evidence. */
export async function runChaos(
  settings: ChaosSettings,
  ground: ChaosGround,
  say: (text: string) => void
): Promise<ChaosRun> {
  const startedMs = performance.now()
  const { cluster } = ground
  const logDir = ground.logDir(`${settings.delivery}-seed-${settings.seed}`)
  const topics = await createTopics(cluster.bootstrap, settings)
  const view = await GroupView.open(cluster.bootstrap, topics.group)
  const writer = await LoginWriter.connect(cluster.bootstrap, topics.input)
  const fleet = new Fleet({
    processors: settings.processors,
    program: settings.program,
    environmentOf: processor => environmentOf(settings, cluster.bootstrap, topics, processor),
    logDir,
    say
  })
  const commits = new CommitWatch(() => view.committed(topics.input, settings.partitions))
  const statuses = new StatusWatch(() => fleet.pids)
  const scene = { settings, topics, logins: new Logins(settings), fleet, cluster, writer, commits, statuses, say }
  try {
    await fleet.start()
    const evidence = await gather(scene, await live(scene))
    const { faults, losses } = evidence
    writeFileSync(join(logDir, 'events.json'), JSON.stringify({ topics, faults, losses, commits: commits.looks }))
    return { evidence, seconds: (performance.now() - startedMs) / 1000, logDir }
  } finally {
    fleet.kill()
    await Promise.all([statuses.stop(), commits.stop()])
    await Promise.all([writer.disconnect(), view.close()])
  }
}

interface Scene {
  readonly settings: ChaosSettings
  readonly topics: ChaosTopics
  readonly logins: Logins
  readonly fleet: Fleet
  readonly cluster: KafkaCluster
  readonly writer: LoginWriter
  readonly commits: CommitWatch
  readonly statuses: StatusWatch
  readonly say: (text: string) => void
}

/** What happened and when, before anything is read. */
type Course = Pick<Evidence, 'faults' | 'plannedFaults' | 'lagZeroAfterMs'>

/** Lets it all happen, and ends with every processor stopped. */
async function live(scene: Scene): Promise<Course> {
  const { settings, logins, fleet, cluster, writer, commits, statuses, say } = scene
  const { seed, records, rate } = settings
  const plan = planFaults({ ...settings, durationMs: (records * 1000) / rate })
  say(`seed ${seed}: ${plan.length} faults while ${records} logins are written, ${rate} a second`)
  const writing = writer.write(records, rate, number => logins.at(number)).then(() => Date.now())
  const [faults, writtenMs] = await Promise.all([strikeAll(plan, { fleet, cluster, say }), writing])
  say('all logins are written and all faults are over; waiting until everything is committed')
  const calmMs = Math.max(writtenMs, ...faults.map(overMs))
  const committedMs = await commits.untilAllCommitted(writer.ends, LAG_TIMEOUT_MS)
  if (committedMs === Infinity) say(`stuck: ${JSON.stringify(await statuses.now())}`)
  await fleet.stop()
  say('every processor has stopped; reading what came of it')
  return { faults, plannedFaults: plan.length, lagZeroAfterMs: Math.max(0, committedMs - calmMs) }
}

/** A processor that is gone is missed at once; a broker, or one that is stopped, is back when the fault is over. */
function overMs({ kind, startMs, endMs }: Fault): number {
  return kind === 'SIGKILL' || kind === 'SIGTERM' ? startMs : endMs
}

async function gather(scene: Scene, course: Course): Promise<Evidence> {
  const { settings, topics, logins, fleet, cluster, writer, commits, statuses } = scene
  const site = { bootstrap: cluster.bootstrap, topics, logins }
  const input = await readInput(settings, site)
  return {
    ...course,
    settings,
    maxInFlightRecords: MAX_IN_FLIGHT_RECORDS,
    commitIntervalMs: COMMIT_INTERVAL_MS,
    input,
    rows: await readRows(input, site),
    acknowledged: writer.acknowledged,
    losses: fleet.losses,
    commits: commits.looks,
    processors: fleet.runs,
    ledgers: statuses.looks.map(({ pid, snapshot: { consumed, tally, abandoned, inFlight } }) => {
      return { pid, consumed, tally, abandoned, inFlight }
    }),
    workerDeaths: fleet.workerDeaths
  }
}
