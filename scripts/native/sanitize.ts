import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { compile } from '../../src/addon-build/compile.ts'
import { PACKAGE as ROOT } from '../../src/addon/places.ts'
import { ADDON_FOLDERS } from '../../src/addon/sources.ts'
import { librdkafkaPlaces } from '../../src/kafka/native/places.ts'

/**
 * `npm run test:native`: the addon's core under the thread sanitizer, in a program of its own; then the addon with the
 * address and undefined-behaviour sanitizers under the tests that use it, contract and all. Ends with 0 if both are clean.
 */
const suppressions = (sanitizer: string): string => `suppressions=${join(ROOT, `native/test/${sanitizer}.supp`)}`

/** Addresses that are not where this compiler's sanitizer expects them end the program before it begins. */
const WITHOUT_RANDOM_ADDRESSES = ['setarch', '-R']

function underThreadSanitizer(): boolean {
  const sanitizers = 'thread'
  const harness = compile({ name: 'harness', kind: 'program', folders: ['core', 'test'], sanitizers })
  const library = librdkafkaPlaces().find(({ file }) => existsSync(file) || file === basename(file))
  const [command, ...args] = [...WITHOUT_RANDOM_ADDRESSES, harness, library?.file ?? '']
  const env = { ...process.env, TSAN_OPTIONS: suppressions('tsan') }
  return spawnSync(command, args, { env, stdio: 'inherit' }).status === 0
}

function underAddressSanitizer(): boolean {
  const sanitizers = 'address,undefined'
  const name = 'millrace-sanitized.node'
  compile({ name, kind: 'addon', folders: ADDON_FOLDERS, sanitizers })
  const env = {
    ...process.env,
    MILLRACE_ADDON: `native/build/${name}`,
    LD_PRELOAD: ['libasan.so', 'libubsan.so'].map(runtimeOf).join(' '),
    // Node ends without freeing everything. The tests themselves use kafka-javascript, which allocates by one and frees by
    // another, and reads metadata on to the next zero, so that new memory must not be filled with anything else.
    ASAN_OPTIONS: `detect_leaks=0:alloc_dealloc_mismatch=0:max_malloc_fill_size=0:${suppressions('asan')}`,
    UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=1'
  }
  const tests = ['test/src/kafka/native', 'test/src/hashing', 'test/contract/native.test.ts']
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', '--project', 'contract', ...tests]
  return spawnSync(process.execPath, vitest, { cwd: ROOT, env, stdio: 'inherit' }).status === 0
}

/** It must be there before Node is. */
function runtimeOf(library: string): string {
  return execFileSync(process.env.CXX ?? 'c++', [`-print-file-name=${library}`], { encoding: 'utf8' }).trim()
}

if (!underThreadSanitizer() || !underAddressSanitizer()) process.exitCode = 1
