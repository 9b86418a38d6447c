import { appendFileSync, cpSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { describeOnAddon } from '../../src/kafka/native/available.ts'
import { checkoutCopy, fakePrograms } from '../checkout.ts'
import { runProgram } from '../run-program.ts'
import { temporaryDir } from '../temporary-dir.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
const ADDON = join(ROOT, 'native/build/millrace.node')

/** A checkout in which nothing native has been built; `compilers` are all that there are. */
function checkout(compilers: Record<string, string> = {}) {
  const root = checkoutCopy(true)
  for (const folder of ['core', 'node'])
    cpSync(join(ROOT, 'native', folder), join(root, 'native', folder), { recursive: true })
  mkdirSync(join(root, '.tools/log'), { recursive: true })
  const PATH = Object.keys(compilers).length > 0 ? fakePrograms(compilers) : temporaryDir()
  const run = (args: string[], environment: NodeJS.ProcessEnv = {}) =>
    runProgram([process.execPath, join(root, 'scripts/setup/native-transport.ts'), ...args], { PATH, ...environment })
  return { root, check: (environment?: NodeJS.ProcessEnv) => run([], environment), build: () => run(['build']) }
}

const BUILT = join('native/build', 'millrace.node')

describe('where it can not be built', () => {
  test('it says why and what to do, and tries again only when something has changed', async () => {
    const { check, build } = checkout()
    expect(await check()).toEqual({ code: 1, output: '' })
    const tried = await build()
    expect(tried.code).toBe(1)
    expect(tried.output).toMatch(/there is no C\+\+ compiler\ncure: .*apt-get install -y g\+\+/)
    expect(await check()).toEqual({ code: 0, output: "kafka-javascript's transport, the native one can't be built\n" })
    expect((await check({ PATH: fakePrograms({ 'c++': 'echo a compiler' }) })).code).toBe(1)
  })

  test('a compiler that fails is quoted, and nothing half made is left', async () => {
    const { root, build } = checkout({
      'c++': '[ "$1" = --version ] && exit 0; echo "a.cc:1: error: what is this" >&2; exit 4'
    })
    const { code, output } = await build()
    expect(code).toBe(1)
    expect(output).toContain('c++ ended with 4:\na.cc:1: error: what is this')
    expect(readdirSync(join(root, 'native/build'))).toEqual([])
  })

  test('because of a folder that can not be written, it says so', async () => {
    const { root, build } = checkout({ 'c++': 'exit 0' })
    cpSync(join(ROOT, 'package.json'), join(root, 'native/build'))
    const { code, output } = await build()
    expect(code).toBe(1)
    expect(output).toMatch(/native\/build can't be written: .*\ncure: run it as the user who owns/)
  })

  test('set-up ends well all the same, and the next one is a line', async () => {
    const { root } = checkout()
    rmSync(join(root, '.tools'), { recursive: true })
    mkdirSync(join(root, '.tools'))
    for (const name of ['node', 'npm']) {
      if (existsSync(join(ROOT, '.tools', name))) symlinkSync(join(ROOT, '.tools', name), join(root, '.tools', name))
    }
    const PATH = `${dirname(process.execPath)}:/usr/bin:/bin`
    const setUp = () => runProgram(['sh', join(root, 'scripts/setup.sh')], { PATH, CXX: '/no/such/c++' })
    const first = await setUp()
    expect(first.output).toMatch(
      /✔ kafka-javascript's transport, the native one can't be built .*\n +why: +CXX=.* does not run .*\n +cure: install/
    )
    expect(first.code).toBe(0)
    const { code, output } = await setUp()
    expect({ code, lines: output.trimEnd().split('\n').length }).toEqual({ code: 0, lines: 1 })
    expect(output).toContain("kafka-javascript's transport")
  })
})

describeOnAddon('where it can be built', () => {
  /** Instead of the 10 s that it takes: the same file comes of the same sources. */
  const compiler = `[ "$1" = --version ] && exit 0; while [ "$1" != -o ]; do shift; done; /bin/cp '${ADDON}' "$2"`

  test('it is, once, and again after its sources have changed', async () => {
    const { root, check, build } = checkout({ 'c++': compiler })
    const built = await build()
    expect(built.output).toMatch(/the native transport uses librdkafka \d+\.\d+/)
    expect(existsSync(join(root, BUILT))).toBe(true)
    const { code, output } = await check()
    expect(output).toMatch(/^native transport on librdkafka \d+\.\d+/)
    expect(code).toBe(0)
    appendFileSync(join(root, 'native/core/event.h'), '// changed\n')
    expect((await check()).code).toBe(1)
  })
})
