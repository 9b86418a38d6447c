import { connect } from 'node:net'

const API_VERSIONS = 18
const CORRELATION_ID = 0x6d696c6c

/** ApiVersions, version 0: the one request that every Kafka broker since 0.10 answers, before any login. */
function apiVersionsRequest(): Buffer {
  const request = Buffer.alloc(14)
  request.writeInt32BE(10, 0)
  request.writeInt16BE(API_VERSIONS, 4)
  request.writeInt16BE(0, 6)
  request.writeInt32BE(CORRELATION_ID, 8)
  request.writeInt16BE(-1, 12)
  return request
}

/** Whether something that speaks Kafka answers at `bootstrap` (host:port) within `timeoutMs`. */
export function answersKafka(bootstrap: string, timeoutMs = 2000): Promise<boolean> {
  const { host, port } = hostAndPort(bootstrap)
  return new Promise(resolve => {
    let received: Uint8Array = Buffer.alloc(0)
    const socket = connect({ host, port })
    const finish = (answer: boolean) => {
      clearTimeout(timer)
      socket.destroy()
      resolve(answer)
    }
    // A timer of our own: a socket's timeout starts anew with each byte, and some servers send bytes for ever.
    const timer = setTimeout(finish, timeoutMs, false)
    socket.on('connect', () => socket.write(apiVersionsRequest()))
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      if (received.length >= 8) finish(correlationIdOf(received) === CORRELATION_ID)
    })
    socket.on('error', () => finish(false))
    socket.on('close', () => finish(false))
  })
}

/** A response begins with its length and the number that the request carried. */
function correlationIdOf(response: Uint8Array): number {
  return new DataView(response.buffer, response.byteOffset).getInt32(4)
}

function hostAndPort(bootstrap: string): { host: string; port: number } {
  const colon = bootstrap.lastIndexOf(':')
  return { host: bootstrap.slice(0, colon), port: Number(bootstrap.slice(colon + 1)) }
}
