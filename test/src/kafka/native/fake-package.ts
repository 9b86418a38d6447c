import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { temporaryDir } from '../../../scripts/temporary-dir.ts'

const ROOT = resolve(import.meta.dirname, '../../../..')

/**
 * A copy of what finds and loads the addon, in a folder with a kafka-javascript beside it that was prebuilt, and no addon:
 * what is there and what is not is up to the test.
 */
export class FakePackage {
  readonly root = temporaryDir()
  readonly kafkaJavascript = join(this.root, 'node_modules/@confluentinc/kafka-javascript')

  constructor() {
    for (const name of ['package.json', 'src/kafka', 'src/addon', 'src/addon-build']) {
      cpSync(join(ROOT, name), join(this.root, name), { recursive: true })
    }
    this.write(join(this.kafkaJavascript, 'package.json'), '{ "main": "lib/index.js", "librdkafka": "2.15.1" }')
    this.write(join(this.kafkaJavascript, 'lib/index.js'), '')
  }

  write(file: string, text: string): string {
    const path = resolve(this.root, file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    return path
  }

  /** An addon that loads every library, but those whose path says that they are too old. */
  writeAddon(exports = ''): void {
    // Node's loader takes what is not ELF for JavaScript only by its ending.
    this.write(
      'addon.cjs',
      `exports.load = file => { if (/old/.test(file)) throw new Error('version 2.0.2 is older than 2.1'); return { file, version: '2.15.1' } }
      ${exports}`
    )
  }

  /** What `loadAddon` answers, or throws, in a process of its own. */
  load({ library, addon = 'addon.cjs' }: { library?: string; addon?: string } = {}): string {
    const program = `const { loadAddon } = await import('./src/kafka/native/addon.ts')
      try { console.log(loadAddon(${JSON.stringify(library)}).librdkafkaFile) }
      catch ({ name, message }) { console.log(name + ': ' + message) }`
    return this.run(program, { ...process.env, MILLRACE_ADDON: addon })
  }

  run(program: string, environment: NodeJS.ProcessEnv = process.env): string {
    const args = ['--input-type=module', '-e', program]
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: this.root, env: environment, encoding: 'utf8' })
    return stdout.trim() || stderr
  }
}
