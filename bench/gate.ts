/**
 * `npm run bench:gate`: has a record become dearer? Steps of the pipeline are held against a fixed piece of work in the
 * same process, and the ratio against that of the baseline. `--renew` makes what is measured now the baseline.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { NODE_OPTIONS } from '../src/benchmark/trials.ts'
import { judge, type Ratios } from './gate-verdict.ts'

const FILE = join(import.meta.dirname, 'baselines.json')
/**
 * What is compiled when differs from process to process, and so does the code that results, by a third in a small step. The
 * least of them says what the code can do, and what is dearer raises it, too.
 */
const PROCESSES = 9

/** Ratios depend on the processor's kind and on the engine. */
const machine = `${process.arch} node ${process.versions.node.split('.')[0]}`
type Baselines = Record<string, Ratios>

async function measure(): Promise<Ratios> {
  const measured: Ratios[] = []
  for (let count = 0; count < PROCESSES; count++) {
    const child = fork(join(import.meta.dirname, 'gate-process.ts'), { execArgv: NODE_OPTIONS })
    const [ratios] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [Ratios | number | null]
    if (typeof ratios !== 'object' || ratios === null) throw new Error(`the measuring process ended with ${ratios}`)
    measured.push(ratios)
  }
  const names = Object.keys(measured[0])
  return Object.fromEntries(names.map(name => [name, Math.min(...measured.map(ratios => ratios[name]))]))
}

const baselines: Baselines = existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Baselines) : {}
const ratios = await measure()
if (process.argv.includes('--renew')) {
  const rounded = Object.fromEntries(Object.entries(ratios).map(([name, ratio]) => [name, Number(ratio.toFixed(3))]))
  writeFileSync(FILE, `${JSON.stringify({ ...baselines, [machine]: rounded }, undefined, 2)}\n`)
  console.log(`✔ the baseline of ${machine} is what was measured now: bench/baselines.json`)
} else {
  const { lines, failed } = judge(ratios, baselines[machine], machine)
  for (const line of lines) console.log(line)
  process.exitCode = failed ? 1 : 0
}
