import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'

const HOST = '127.0.0.1'

function canListen(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, HOST, () => server.close(() => resolve(true)))
  })
}

function isAnswered(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, HOST)
    const finish = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => finish(true))
    socket.once('error', () => finish(false))
  })
}

/** Whether nothing on this machine holds `port`. Forwarded ports can't be seen by listening alone, so it is dialled too. */
export async function isFree(port: number): Promise<boolean> {
  return (await canListen(port)) && !(await isAnswered(port))
}

/** The first free port from `first` on; `taken` are ports promised to somebody who does not listen yet. */
export async function nextFreePort(first: number, taken: readonly number[] = []): Promise<number> {
  for (let port = first; port <= Math.min(first + 1000, 65_535); port++) {
    if (!taken.includes(port) && (await isFree(port))) return port
  }
  throw new Error(`no free port between ${first} and ${first + 1000}`)
}

/** Any free port but those in `taken`, as the system gives it. For tests: two that run at once hardly get the same one. */
export async function anyFreePort(taken: readonly number[] = []): Promise<number> {
  const port = await portFromSystem()
  return taken.includes(port) ? anyFreePort(taken) : port
}

function portFromSystem(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, HOST, () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
