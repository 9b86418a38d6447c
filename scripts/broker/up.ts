// `make up`: starts a broker for this checkout, or says that it already runs. Settings: BROKER, BROKER_PORT,
// MAVEN_MIRROR. What was started stands in .kafka/broker.json. Where Avro is asked for (PRESET=schema, INPUT_CODEC=avro …)
// and no SCHEMA_REGISTRY_URL is set, a schema registry, too.
import { join, resolve } from 'node:path'
import type { BrokerKind, BrokerPlace } from './broker-kind.ts'
import { BROKER_KINDS, recordedBroker } from './broker-kinds.ts'
import type { RecordedBroker } from './broker-kinds.ts'
import { brokerSettings, DEFAULT_PORT } from './broker-settings.ts'
import type { BrokerSettings } from './broker-settings.ts'
import { CurableError, failureText } from './failure.ts'
import { registryUp, wantsRegistry } from './local-registry.ts'
import { isFree, nextFreePort } from './ports.ts'
import { answersKafka } from './probe.ts'
import { removeState, writeState } from './state.ts'
import type { BrokerState } from './state.ts'
import { StepLine } from './step-line.ts'
import { inTurn } from './turn.ts'

const root = resolve(import.meta.dirname, '../..')
const place: BrokerPlace = { root, dir: join(root, '.kafka') }
const STOP_IT = "run 'make down' first"

async function up(settings: BrokerSettings): Promise<void> {
  if (await isUp(settings)) return
  for (const kind of await candidates(settings)) {
    const step = new StepLine(kind.title)
    try {
      if (await isPrepared(kind, step, settings)) return await start(kind, step, settings)
    } finally {
      step.end()
    }
  }
  throw new Error('no kind of broker can be used here')
}

/** Recognises a broker that an earlier call started; clears away the record of one that is gone or hangs. */
async function isUp(settings: BrokerSettings): Promise<boolean> {
  const recorded = await recordedBroker(place)
  if (!recorded) return false
  const { kind, state, exists } = recorded
  if (exists && state.ready && (await answersKafka(state.bootstrap))) {
    refuseOtherWish(settings, kind, state)
    new StepLine(kind.title).done(`${kind.describe(state).replace(/ \(.*\)$/, '')} is running already`)
    return true
  }
  await clearAway(recorded)
  return false
}

async function clearAway({ kind, state, exists }: RecordedBroker): Promise<void> {
  const step = new StepLine(`ending ${kind.title}, which does not answer`)
  if (exists) await kind.stop(state, place)
  removeState(place.dir)
  const why = exists ? 'did not answer and was ended' : 'is gone (killed, or the machine was restarted)'
  step.note(`the ${kind.title} that ran before ${why}: starting anew`)
  step.end()
}

function refuseOtherWish({ kind, port }: BrokerSettings, running: BrokerKind, state: BrokerState): void {
  if (kind && kind !== running) {
    const cause = `BROKER=${kind.name} is asked for, but this checkout already runs: ${running.describe(state)}`
    throw new CurableError(cause, STOP_IT)
  }
  if (port && !state.simulated && !state.bootstrap.endsWith(`:${port}`)) {
    const cause = `BROKER_PORT=${port} is asked for, but this checkout's broker already runs on ${state.bootstrap}`
    throw new CurableError(cause, STOP_IT)
  }
}

/** The kinds that this machine can have. One that was asked for by name is not replaced by another. */
async function candidates({ kind: asked }: BrokerSettings): Promise<BrokerKind[]> {
  const usable: BrokerKind[] = []
  for (const kind of asked ? [asked] : BROKER_KINDS) {
    const obstacle = await kind.obstacle(place)
    if (obstacle === undefined) usable.push(kind)
    else if (asked) throw new CurableError(`BROKER=${kind.name}: ${obstacle}`, 'cure that, or leave BROKER out')
  }
  return usable
}

async function isPrepared(kind: BrokerKind, step: StepLine, { kind: asked }: BrokerSettings): Promise<boolean> {
  try {
    await kind.prepare(place, step)
    return true
  } catch (error) {
    if (asked) throw error
    step.note(`${kind.title} can't be had: ${(error as Error).message}`)
    return false
  }
}

async function start(kind: BrokerKind, step: StepLine, settings: BrokerSettings): Promise<void> {
  const port = await portFor(kind, step, settings)
  step.detail = 'starting'
  const state = await kind.start({ ...place, port, record: starting => writeState(place.dir, starting) })
  writeState(place.dir, state)
  step.done(kind.describe(state))
}

async function portFor(kind: BrokerKind, step: StepLine, { port }: BrokerSettings): Promise<number> {
  // The simulated broker's port is the system's choice.
  if (kind.name === 'embedded') return 0
  if (port !== undefined) {
    if (!(await isFree(port)))
      throw new CurableError(`BROKER_PORT=${port} is taken by another program`, 'choose another, or leave it out')
    return port
  }
  const free = await nextFreePort(DEFAULT_PORT)
  if (free !== DEFAULT_PORT) step.note(`port ${DEFAULT_PORT} is taken by another program: using ${free}`)
  return free
}

const CURE =
  "see the cause; 'make down' ends what was started, and removing .kafka/data (its topics!) starts from nothing"

try {
  const settings = brokerSettings(process.env)
  const onWait = () => console.log('  another make up or make down of this checkout is running: waiting for it')
  await inTurn(`broker ${place.dir}`, onWait, async () => {
    await up(settings)
    if (wantsRegistry(process.env)) await registryUp(place)
  })
} catch (error) {
  process.stderr.write(failureText('make up', error, CURE))
  process.exitCode = 1
}
