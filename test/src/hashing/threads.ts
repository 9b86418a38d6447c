import { Worker } from 'node:worker_threads'

/** Run as a process of its own, whose main thread never loads the addon: it comes and goes with the workers. */
async function run(end: string): Promise<unknown> {
  const worker = new Worker(new URL('hashing-thread.ts', import.meta.url), { workerData: end })
  let failure = ''
  worker.on('error', error => (failure = (error as Error).message))
  const exited = new Promise(resolve => worker.on('exit', resolve))
  const answer = await new Promise<object>(resolve => worker.on('message', resolve))
  if (end === 'is ended') await worker.terminate()
  const code = await exited
  return { ...answer, failure, code }
}

const rounds = [['ends', 'ends', 'ends'], ['dies'], ['is ended', 'ends'], ['ends']]
for (const round of rounds) for (const answer of await Promise.all(round.map(run))) console.log(JSON.stringify(answer))
