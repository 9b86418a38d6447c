import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { anyFreePort, isFree, nextFreePort } from '../../../scripts/broker/ports.ts'

async function listeningOn(host: string): Promise<number> {
  const server = createServer()
  onTestFinished(() => void server.close())
  await new Promise<void>(resolve => server.listen(0, host, resolve))
  return (server.address() as AddressInfo).port
}

test.each(['127.0.0.1', '0.0.0.0'])('a port on which somebody listens at %s is not free', async host => {
  expect(await isFree(await listeningOn(host))).toBe(false)
})

test('a taken port is passed over for one after it', async () => {
  const taken = await listeningOn('127.0.0.1')
  const port = await nextFreePort(taken)
  expect(port).toBeGreaterThan(taken)
  expect(await isFree(port)).toBe(true)
})

test('a port that is promised to somebody is passed over', async () => {
  const promised = await anyFreePort()
  expect(await nextFreePort(promised, [promised])).toBeGreaterThan(promised)
})
