/**
 * `npm run test:chaos`: processors and brokers are killed, stopped and started again while logins pass through them, and
 * what came of the logins is held against what was promised. Settings: see settings.ts; how it is judged: docs/guarantees.md.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { describeMachine } from '../../bench/machine.ts'
import { ChaosGround } from './ground.ts'
import { judge } from './judge.ts'
import { renderReport, renderVerdicts } from './report.ts'
import { runChaos } from './run-chaos.ts'
import { readChaosSettings, type ChaosSettings } from './settings.ts'

const startMs = performance.now()

function say(text: string): void {
  const seconds = (performance.now() - startMs) / 1000
  console.log(`${seconds.toFixed(1).padStart(7)} s  ${text}`)
}

async function run(settings: ChaosSettings, ground: ChaosGround): Promise<boolean> {
  console.log(`\n${settings.delivery}`)
  const startedAt = new Date().toISOString()
  const machine = describeMachine(true)
  const { evidence, seconds, logDir } = await runChaos(settings, ground, say)
  console.log(`${renderVerdicts(evidence)}\nlogs of the processors: ${logDir}`)
  if (settings.report !== undefined) {
    mkdirSync(dirname(settings.report), { recursive: true })
    writeFileSync(settings.report, renderReport({ evidence, seconds, machine, startedAt }))
    console.log(`report: ${settings.report}`)
  }
  return judge(evidence).every(({ kept }) => kept)
}

const runs = readChaosSettings(process.env, process.argv.slice(2))
const ground = await ChaosGround.open(runs[0].brokers)
let kept = true
try {
  for (const settings of runs) kept = (await run(settings, ground)) && kept
} finally {
  await ground.close({ keepLogs: true })
}
process.exit(kept ? 0 : 1)
