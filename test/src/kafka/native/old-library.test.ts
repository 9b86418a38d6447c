import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryDir } from '../../../scripts/temporary-dir.ts'
import { describeOnAddon } from './available.ts'

const ADDON_MODULE = resolve(import.meta.dirname, '../../../../src/kafka/native/addon.ts')
const SOURCE =
  'int rd_kafka_version(void) { return 0x020002ff; } const char *rd_kafka_version_str(void) { return "2.0.2"; }'

const hasCompiler = spawnSync('cc', ['--version']).status === 0

describeOnAddon('a librdkafka', () => {
  test.skipIf(!hasCompiler)('that is older than 2.1, as Debian 12 has one, is refused with its version', () => {
    const folder = temporaryDir()
    const library = join(folder, 'librdkafka.so.1')
    writeFileSync(join(folder, 'old.c'), SOURCE)
    expect(spawnSync('cc', ['-shared', '-fPIC', '-o', library, join(folder, 'old.c')]).status).toBe(0)
    const program = `const { loadAddon } = await import(${JSON.stringify(ADDON_MODULE)})
      try { loadAddon(${JSON.stringify(library)}) } catch ({ message }) { console.log(message) }`
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
    expect(stdout).toContain(`${library}: version 2.0.2 is older than 2.1`)
  })
})
