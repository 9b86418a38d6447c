import { createServer } from 'node:net'
import type { Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

function tryListen(path: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined)
      else reject(error)
    })
    server.listen({ path }, () => resolve(server))
  })
}

/**
 * Runs `work` while no other process on this machine does so under the same name.
 * The lock is a socket in Linux's abstract namespace: the system frees it when its holder ends, however that ends, so
 * there is no stale lock file to judge. Elsewhere there is no such namespace, and no lock.
 */
export async function inTurn<T>(name: string, onWait: () => void, work: () => Promise<T>): Promise<T> {
  if (process.platform !== 'linux') return work()
  const path = `\0millrace ${name}`
  let server = await tryListen(path)
  if (!server) onWait()
  while (!server) {
    await sleep(100)
    server = await tryListen(path)
  }
  try {
    return await work()
  } finally {
    server.close()
  }
}
