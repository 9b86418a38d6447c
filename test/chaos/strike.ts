import { setTimeout as sleep } from 'node:timers/promises'
import type { KafkaCluster } from '../../scripts/broker/kafka-cluster.ts'
import type { Fault } from './evidence.ts'
import type { Fleet } from './fleet.ts'
import type { PlannedFault } from './schedule.ts'

export interface Victims {
  readonly fleet: Fleet
  readonly cluster: KafkaCluster
  readonly say: (text: string) => void
}

/** After it answers again: until its group and transactions are there as well. */
const BROKER_SETTLES_MS = 5000

/** Carries out a schedule that begins now. Resolves, when the last one is over, with what happened and when. */
export async function strikeAll(plan: readonly PlannedFault[], victims: Victims): Promise<Fault[]> {
  const before = new Map<string, Promise<unknown>>()
  const strikes = plan.map(planned => {
    const keys = victimsOf(planned, victims.cluster)
    const ready = [sleep(planned.atMs), ...keys.flatMap(key => before.get(key) ?? [])]
    const struck = Promise.all(ready).then(() => strike(planned, victims))
    const over = planned.kind === 'bounce' ? struck.then(() => sleep(BROKER_SETTLES_MS)) : struck
    for (const key of keys) before.set(key, over)
    return struck
  })
  const faults = await Promise.all(strikes)
  return faults.toSorted((a, b) => a.startMs - b.startMs)
}

/**
 * Faults with a victim in common wait for one another. The schedule keeps them apart, and has one broker down at a time
 * and nobody draining where that is the only one; but on a slow machine things are not back when they should be.
 */
function victimsOf({ kind, target }: PlannedFault, cluster: KafkaCluster): string[] {
  if (kind === 'bounce') return ['brokers']
  return kind === 'SIGTERM' && cluster.brokers === 1 ? [`processor ${target}`, 'brokers'] : [`processor ${target}`]
}

async function strike(planned: PlannedFault, victims: Victims): Promise<Fault> {
  const { kind, target } = planned
  // Something else may have ended it.
  if (kind === 'SIGTERM') await victims.fleet.untilConnected(target)
  else if (kind === 'SIGSTOP') await victims.fleet.untilAssigned(target)
  else if (kind !== 'bounce') await victims.fleet.untilPresent(target)
  const startMs = Date.now()
  if (kind === 'bounce') await bounce(planned, victims)
  else await signal({ ...planned, kind }, victims)
  return { kind, target, startMs, endMs: Date.now() }
}

async function bounce({ target, pauseMs }: PlannedFault, { cluster, say }: Victims): Promise<void> {
  say(`kill -9  broker ${target + 1}`)
  await cluster.kill(target)
  await sleep(pauseMs)
  await cluster.restart(target)
  say(`         broker ${target + 1} answers again`)
}

async function signal(planned: PlannedFault & { kind: 'SIGTERM' | 'SIGKILL' | 'SIGSTOP' }, { fleet, say }: Victims) {
  const { kind, target, pauseMs } = planned
  say(`${kind.padEnd(8)} processor ${target + 1} (pid ${fleet.pidOf(target) ?? 'none yet'})`)
  if (kind === 'SIGSTOP') {
    await fleet.freeze(target, pauseMs)
    say(`SIGCONT  processor ${target + 1}, after ${pauseMs / 1000} s`)
  } else {
    const { code, signal, startedMs, endedMs } = await fleet.end(target, kind, pauseMs)
    const livedS = ((endedMs - startedMs) / 1000).toFixed(0)
    say(`         processor ${target + 1} ended with ${code ?? signal} after ${livedS} s of life, and is started again`)
  }
}
