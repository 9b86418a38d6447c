import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkoutCopy, fakePrograms } from '../checkout.ts'
import { fileServer } from '../file-server.ts'
import { runProgram } from '../run-program.ts'
import { temporaryDir } from '../temporary-dir.ts'

const TARBALL = `/node-linux-${process.arch}/-/node-linux-${process.arch}-26.10.0.tgz`

/** A machine whose Node is too old and whose npm can't help, so that set-up has to fetch. */
function machine() {
  const root = checkoutCopy(false)
  const home = temporaryDir()
  const programs = fakePrograms({ node: 'echo v18.19.0', npm: 'exit 1' })
  const environment = { PATH: `${programs}:/usr/bin:/bin`, HOME: home }
  const setUp = (added: NodeJS.ProcessEnv = {}) =>
    runProgram(['sh', join(root, 'scripts/setup.sh')], { ...environment, ...added })
  return { root, home, setUp }
}

test('a tarball that is not the expected one is refused, removed, and never unpacked', async () => {
  const { root, setUp } = machine()
  const registry = await fileServer({ [TARBALL]: 'not what was published' })
  const { code, output } = await setUp({ npm_config_registry: registry.url })
  expect(code).toBe(1)
  expect(output).toMatch(/✘ Node 26\.10\.0.*cause:.*is not the file this project expects: SHA-512.*cure:/s)
  expect(existsSync(join(root, '.tools/node'))).toBe(false)
  expect(readdirSync(join(root, '.tools/download'))).toEqual([])
})

test('a registry without the package ends in the step, the address, the cause and the cure', async () => {
  const { setUp } = machine()
  const registry = await fileServer({})
  const { code, output } = await setUp({ npm_config_registry: `${registry.url}/` })
  expect(code).toBe(1)
  expect(output).toContain(`${registry.url}${TARBALL} can't be downloaded`)
  expect(output).toMatch(/404.*cure:.*npm_config_registry/s)
})

test("the project's .npmrc names the registry, before the user's", async () => {
  const { root, home, setUp } = machine()
  const [projects, users] = [await fileServer({}), await fileServer({})]
  writeFileSync(join(home, '.npmrc'), `registry=${users.url}\n`)
  await setUp()
  writeFileSync(join(root, '.npmrc'), `fund=false\nregistry = "${projects.url}/"\n`)
  await setUp()
  expect(users.requested[0]).toBe(TARBALL)
  expect(projects.requested[0]).toBe(TARBALL)
  expect(new Set([...users.requested, ...projects.requested])).toEqual(new Set([TARBALL]))
})
