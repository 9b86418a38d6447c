/**
 * `npm run bench:micro`: what the single steps of a record cost, each alone and warm. Good for comparing two versions of
 * a step; in the whole pipeline each costs more, as caches and the collector are shared.
 */
import { Bench } from 'tinybench'
import { countingSteps } from './micro-counting.ts'
import { slabSteps } from './micro-slab.ts'
import { recordSteps } from './micro-record.ts'
import { renderTable } from './table.ts'

const RUN_MS = 500

const bench = new Bench({ time: RUN_MS, warmupTime: RUN_MS / 2 })
const steps = [...recordSteps(), ...(await slabSteps()), ...(await countingSteps())]
for (const { name, run } of steps) bench.add(name, run)
await bench.run()

const rows = steps.map(({ name, records }) => {
  const result = bench.getTask(name)?.result
  if (result?.state !== 'completed') throw new Error(`${name} did not complete`)
  const { p50, rme } = result.latency
  return [name, ((p50 * 1000) / records).toFixed(3), `± ${rme.toFixed(1)} %`]
})
console.log(`Node ${process.versions.node}\n`)
console.log(renderTable(['step', 'us a record (median)', 'of the mean'], rows))
