import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { anyFreePort } from '../../../scripts/broker/ports.ts'
import { readState } from '../../../scripts/broker/state.ts'
import { checkoutCopy, fakePrograms } from '../checkout.ts'
import { runProgram } from '../run-program.ts'

// There is an engine on few machines that run the unit tests: a shell script stands for docker. It writes down how it
// is called, and "starts Kafka" by leaving a file, on which the test's server begins to listen.
const ENGINE = `
echo "$BROKER_PORT $*" >> "$CALLS"
case "$*" in
  info*) [ -z "$NO_ENGINE" ] || exit 1 ;;
  'image inspect'*) [ -n "$HAVE_IMAGE" ] ;;
  pull*) [ -z "$NO_PULL" ] || { echo 'no route to registry' >&2; exit 1; } ;;
  *'up --detach'*) touch "$CALLS.up" ;;
  *'ps --quiet kafka') [ ! -e "$CALLS.up" ] || echo 0123 ;;
  *down | *'down --volumes') rm "$CALLS.up" ;;
esac`

async function dockerMachine() {
  const root = checkoutCopy(true)
  const port = await anyFreePort()
  const calls = join(root, 'calls')
  const path = `${fakePrograms({ docker: ENGINE })}:${process.env.PATH}`
  const run = (args: string[], environment: NodeJS.ProcessEnv = {}) =>
    runProgram([process.execPath, ...args], {
      ...process.env,
      PATH: path,
      CALLS: calls,
      BROKER_PORT: String(port),
      ...environment
    })
  const call = (script: string, environment?: NodeJS.ProcessEnv) =>
    run([join(root, 'scripts/broker', script)], environment)
  const program = (code: string) => run(['--input-type=module', '--eval', code])
  listenOnceUp(port, `${calls}.up`)
  onTestFinished(async () => void (await call('down.ts')))
  return { dir: join(root, '.kafka'), port, call, program, calls: () => readFileSync(calls, 'utf8') }
}

function listenOnceUp(port: number, upFile: string): void {
  const server = createServer(socket => {
    socket.on('error', () => {})
    socket.on('data', request => socket.write(Buffer.concat([Buffer.alloc(4), (request as Buffer).subarray(8, 12)])))
  })
  const look = setInterval(() => {
    if (!existsSync(upFile)) return
    clearInterval(look)
    server.listen(port, '127.0.0.1')
  }, 20)
  onTestFinished(() => {
    clearInterval(look)
    server.close()
  })
}

test('where an engine answers, compose starts Kafka in a project of this checkout, and down ends that project', async () => {
  const { call, calls, dir, port } = await dockerMachine()
  expect(await call('up.ts')).toMatchObject({ code: 0, output: expect.stringContaining(`127.0.0.1:${port} (Docker`) })
  const project = readState(dir)?.project as string
  expect(calls()).toContain('pull --quiet apache/kafka:4.3.1')
  expect(calls()).toMatch(new RegExp(`^${port} compose .*-p ${project} up --detach --no-deps kafka$`, 'm'))
  expect(await call('up.ts')).toMatchObject({ output: expect.stringContaining('running already') })
  await call('down.ts')
  expect(calls()).toMatch(new RegExp(`-p ${project} down$`, 'm'))
  expect(calls()).not.toContain('--volumes')
})

test('an image that is there is not pulled', async () => {
  const { call, calls } = await dockerMachine()
  await call('up.ts', { HAVE_IMAGE: '1' })
  expect(calls()).not.toContain('pull')
})

test('an image that cannot be pulled is an error with its cause where docker was asked for', async () => {
  const { call, dir } = await dockerMachine()
  const { code, output } = await call('up.ts', { NO_PULL: '1', BROKER: 'docker' })
  expect(code).toBe(1)
  expect(output).toContain('no route to registry')
  expect(readState(dir)).toBeUndefined()
})

test('an engine that does not answer is an error where docker was asked for', async () => {
  const { call } = await dockerMachine()
  const end = await call('up.ts', { NO_ENGINE: '1', BROKER: 'docker' })
  expect(end).toMatchObject({ code: 1, output: expect.stringContaining('no Docker engine answers') })
})

test('a Kafka for tests is a compose project of its own, and takes its data along', async () => {
  const { dir, port, calls, program } = await dockerMachine()
  const module = join(dir, '../scripts/broker/docker-kind.ts')
  const code = `import { startDockerKafka } from ${JSON.stringify(module)}
    const kafka = await startDockerKafka({ root: ${JSON.stringify(join(dir, '..'))}, dir: '' }, 'tests-1', ${port})
    console.log(kafka.bootstrap)
    await kafka.stop()`
  expect(await program(code)).toMatchObject({ code: 0, output: expect.stringContaining(`127.0.0.1:${port}`) })
  expect(calls()).toMatch(new RegExp(`^${port} compose .*-p tests-1 up --detach --no-deps kafka$`, 'm'))
  expect(calls()).toMatch(/-p tests-1 down --volumes$/m)
})
