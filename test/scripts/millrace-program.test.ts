import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { checkoutCopy, fakePrograms } from './checkout.ts'
import { runProgram } from './run-program.ts'
import { temporaryDir } from './temporary-dir.ts'

const PRINT = 'console.log(import.meta.filename, process.pid, ...process.argv.slice(2))'
const PATH = `${dirname(process.execPath)}:/usr/bin:/bin`

function place(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

test('a package runs dist/, also through a relative link to a link, and hands its arguments on', async () => {
  const root = checkoutCopy(false)
  place(root, 'dist/src/main.js', PRINT)
  const binDir = temporaryDir()
  symlinkSync(relative(binDir, join(root, 'bin/millrace')), join(binDir, 'first'))
  symlinkSync('first', join(binDir, 'millrace'))
  const { code, output } = await runProgram([join(binDir, 'millrace'), 'run', 'two words'], { PATH })
  expect(code).toBe(0)
  expect(output).toContain(`${join(root, 'dist/src/main.js')} `)
  expect(output.trimEnd()).toMatch(/run two words$/)
})

test('a checkout runs src/, in the very process that was started', async () => {
  const root = checkoutCopy(false)
  place(root, 'src/main.ts', PRINT)
  place(root, 'node_modules/.package-lock.json', '{}')
  const { output } = await runProgram(['/bin/sh', '-c', `echo $$; exec ${join(root, 'bin/millrace')}`], { PATH })
  const [shellPid, printed] = output.split('\n')
  expect(printed).toBe(`${join(root, 'src/main.ts')} ${shellPid}`)
})

test('a checkout that is not set up says so, with the cure', async () => {
  const root = checkoutCopy(false)
  place(root, 'src/main.ts', PRINT)
  const { code, output } = await runProgram([join(root, 'bin/millrace'), 'run'], { PATH })
  expect(code).toBe(1)
  expect(output).toBe(`millrace: this checkout is not set up yet: run 'make setup' in ${root}\n`)
})

test.each(['v20.20.2', 'v24.11.1', 'v24.2.0'])('Node %s is too old and is told so', async version => {
  const root = checkoutCopy(false)
  place(root, 'dist/src/main.js', PRINT)
  const old = fakePrograms({ node: `echo ${version}` })
  const { code, output } = await runProgram([join(root, 'bin/millrace')], { PATH: `${old}:/usr/bin:/bin` })
  expect(code).toBe(1)
  expect(output).toContain(`Node ${version} is too old`)
})
