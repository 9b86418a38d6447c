import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { anyFreePort } from '../../../scripts/broker/ports.ts'
import { answersKafka } from '../../../scripts/broker/probe.ts'

async function serverThat(answers: (socket: Socket, request: Buffer) => void): Promise<string> {
  const server = createServer(socket => {
    socket.on('error', () => {})
    socket.on('data', request => answers(socket, request as Buffer))
  })
  onTestFinished(() => void server.close())
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A response: its length, then the correlation id that the request carried. */
function responseTo(request: Buffer): Buffer {
  const response = Buffer.alloc(10)
  response.writeInt32BE(6, 0)
  request.copy(response, 4, 8, 12)
  return response
}

test('a broker is recognised, also if its answer comes in two pieces', async () => {
  const bootstrap = await serverThat((socket, request) => {
    const response = responseTo(request)
    socket.write(response.subarray(0, 5))
    setImmediate(() => socket.write(response.subarray(5)))
  })
  expect(await answersKafka(bootstrap)).toBe(true)
})

test('something else on that port is no broker', async () => {
  expect(await answersKafka(await serverThat(socket => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')))).toBe(false)
})

test('a server that says nothing, or hangs up, is no broker', async () => {
  expect(await answersKafka(await serverThat(() => {}), 100)).toBe(false)
  expect(await answersKafka(await serverThat(socket => socket.destroy()))).toBe(false)
})

test('a port on which nobody listens is no broker', async () => {
  expect(await answersKafka(`127.0.0.1:${await anyFreePort()}`)).toBe(false)
})
