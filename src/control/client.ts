import { connect } from 'node:net'
import type { ControlAnswer, ControlRequest } from './protocol.ts'

/** A process that is alive answers within milliseconds; one that is stopped does not. */
const ANSWER_WITHIN_MS = 5000

/** Nobody listens there: the process that made the socket is gone, or there never was one. */
export class NobodyListens extends Error {
  override readonly name = 'NobodyListens'
}

/**
 * Asks the process behind a control socket.
 *
 * @throws NobodyListens; Error if it does not answer, or says no.
 */
export async function ask<Result>(path: string, request: ControlRequest, withinMs = ANSWER_WITHIN_MS): Promise<Result> {
  const line = await exchange(path, `${JSON.stringify(request)}\n`, withinMs)
  const answer = JSON.parse(line) as ControlAnswer<Result>
  if (!answer.ok) throw new Error(answer.error)
  return answer.result
}

/** Whether anybody listens; a process that is stopped does. */
export async function isListening(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect(path, () => resolve(true))
  socket.once('error', error => resolve(!isNobody(error)))
  return promise.finally(() => socket.destroy())
}

function exchange(path: string, line: string, withinMs: number): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const chunks: Buffer[] = []
  const socket = connect(path, () => void socket.write(line))
  const timer = setTimeout(() => reject(new Error(`no answer within ${withinMs} ms: is it stopped?`)), withinMs)
  socket.on('data', (chunk: Buffer) => void chunks.push(chunk))
  socket.once('end', () => {
    const answer = Buffer.concat(chunks).toString()
    if (answer.endsWith('\n')) resolve(answer)
    else reject(new Error('it has ended without an answer'))
  })
  socket.once('error', error => reject(isNobody(error) ? new NobodyListens(`nobody listens at ${path}`) : error))
  return promise.finally(() => {
    clearTimeout(timer)
    socket.destroy()
  })
}

function isNobody(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ECONNREFUSED' || error.code === 'ENOENT'
}
