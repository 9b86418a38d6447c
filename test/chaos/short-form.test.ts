import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest'
import { findJava } from '../../scripts/broker/java.ts'
import { ChaosGround } from './ground.ts'
import { judge } from './judge.ts'
import { renderVerdicts } from './report.ts'
import { runChaos } from './run-chaos.ts'
import { readChaosSettings } from './settings.ts'
import type { Verdict } from './verdict.ts'

const runs = readChaosSettings({}, [])
const A_RUN_AT_MOST_MS = 600_000
const START_AT_MOST_MS = 180_000

/** Not by `console`, of which vitest takes each line apart to say where it comes from. */
const say = (text: string): void => void process.stdout.write(`${text.replaceAll(/^/gm, '  ')}\n`)

const inOneLine = ({ promise, found, details }: Verdict) => `${promise}: ${found} (${details.join(', ')})`

// It kills its broker, so it has one of its own, which needs Java.
describe.skipIf((await findJava()) === undefined)('chaos, the short form', () => {
  let ground: ChaosGround
  let failed = false
  beforeAll(async () => (ground = await ChaosGround.open(runs[0].brokers)), START_AT_MOST_MS)
  afterAll(() => ground.close({ keepLogs: failed }))

  test.for(runs)(
    '$delivery: every promise is kept, whatever is killed',
    { timeout: A_RUN_AT_MOST_MS },
    async settings => {
      onTestFailed(() => void (failed = true))
      const { evidence, logDir } = await runChaos(settings, ground, say)
      say(`${renderVerdicts(evidence)}\nlogs of the processors, if it fails: ${logDir}`)
      const broken = judge(evidence).filter(({ kept }) => !kept)
      expect(broken, broken.map(inOneLine).join('; ')).toEqual([])
    }
  )
})
