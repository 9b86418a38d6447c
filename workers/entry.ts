import { workerData, threadId } from 'node:worker_threads'
import { optionsFor } from '../src/config/options.ts'
import { settingsFromRaw } from '../src/config/raw-settings.ts'
import { loadPipeline } from '../src/config/pipeline-module.ts'
import type { SlabTask, WorkerSetup } from '../src/pool/protocol.ts'
import { Header } from '../src/slabs/layout.ts'
import { Slab } from '../src/slabs/slab.ts'
import { createPlan, learnSchemas } from './plan.ts'
import { BatchRunner } from './run-batch.ts'

/**
 * What a worker thread runs: it gets every slab and the settings once, when it starts, and then tasks of a few
 * integers. Everything in a task is synchronous, because Piscina stops a worker's asynchronous work between tasks.
 */
const setup = workerData as WorkerSetup
const pipeline = await loadPipeline(setup.pipeline)
const settings = settingsFromRaw(setup.settings, optionsFor(pipeline))
const slabs = setup.memories.map(memory => new Slab(memory, setup.shape))
const plan = createPlan(pipeline, settings)
const runner = new BatchRunner(plan)

export default function run({ slab: index, large, from, until, schemas }: SlabTask): void {
  const slab = large === undefined ? slabs[index] : new Slab(large.memory, large.shape)
  Atomics.add(slab.header, Header.TASK, 1)
  Atomics.store(slab.header, Header.OWNER, threadId)
  if (schemas !== undefined) learnSchemas(plan, schemas)
  runner.run(slab, from, large !== undefined, Date.now(), until)
  // Only the main thread knows when the task is over: a microtask that a transform has left may still end this thread.
  Atomics.store(slab.header, Header.OWNER, -threadId)
}
