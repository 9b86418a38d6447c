import { spawnSync } from 'node:child_process'
import {
  closeSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync
} from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, extname, join } from 'node:path'
import { BUILD } from '../addon/places.ts'
import { kafkaJavascript, libraryName, ownLibrary } from '../kafka/native/places.ts'
import { CannotBuild } from './cannot-build.ts'
import { makeBuildFolder } from './compile.ts'

/**
 * What a library must have, or it is not built: without one of these, `TRANSPORT=auto` would take a library that can't
 * do what kafka-javascript's can. Kerberos (gssapi) is taken where it is there; the prebuilt kafka-javascript has none.
 */
const REQUIRED = ['--enable-ssl', '--enable-zstd', '--enable-zlib', '--enable-curl']
/** Librdkafka's own lz4, and none of what only developing it needs. */
const CHOSEN = ['--disable-lz4-ext', '--enable-strip']
/** Of the make that may have called us: librdkafka's own makefiles break on them. */
const FOREIGN = new Set(['JOBS', 'MAKEFLAGS', 'MFLAGS', 'GNUMAKEFLAGS', 'MAKELEVEL', 'MAKEOVERRIDES'])
/** What an earlier build in the package has left would be taken for its own by this one. */
const OBJECTS = new Set(['.o', '.d', '.a', '.so', '.1', '.dylib', '.lds'])
const CONFIGURED = new Set(['config.h', 'config.cache', 'config.log', 'config.log.old', 'Makefile.config'])

const TOOLS = ['bash', 'make', 'python3']
const INSTALL =
  'Debian, Ubuntu: apt-get install -y g++ make python3 libssl-dev libzstd-dev zlib1g-dev libcurl4-openssl-dev libsasl2-dev; ' +
  'Fedora: dnf install -y gcc-c++ make python3 openssl-devel libzstd-devel zlib-devel libcurl-devel cyrus-sasl-devel; ' +
  'macOS: brew install openssl zstd'

/**
 * Builds the librdkafka whose sources kafka-javascript brings, in a folder of its own: nothing is written into
 * node_modules. Takes one to three minutes. Answers the file.
 *
 * @throws CannotBuild that says what is missing, and where the whole log is.
 */
export function buildLibrdkafka(): string {
  const missing = TOOLS.filter(tool => spawnSync(tool, ['--version'], { stdio: 'ignore' }).status !== 0)
  if (missing.length > 0) throw new CannotBuild(`librdkafka can't be built without ${missing.join(', ')}`, INSTALL)
  makeBuildFolder()
  const folder = workingFolder()
  try {
    cpSync(join(kafkaJavascript(), 'deps/librdkafka'), folder, { recursive: true, filter: isSource })
    run(folder, './configure', [...REQUIRED, ...CHOSEN])
    run(folder, 'make', ['-j', String(availableParallelism()), '-C', 'src', libraryName()])
    return keep(join(folder, 'src', libraryName()))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Makefiles can't work in a folder with a space in its path. */
function workingFolder(): string {
  return mkdtempSync(join(/\s/.test(BUILD) ? tmpdir() : BUILD, 'building-'))
}

export function isSource(file: string): boolean {
  return !OBJECTS.has(extname(file)) && !CONFIGURED.has(file.slice(dirname(file).length + 1))
}

function keep(made: string): string {
  const file = ownLibrary()
  mkdirSync(dirname(file), { recursive: true })
  copyFileSync(made, `${file}.${process.pid}`)
  renameSync(`${file}.${process.pid}`, file)
  return file
}

function run(folder: string, command: string, args: readonly string[]): void {
  const log = join(BUILD, 'librdkafka.log')
  const output = openSync(log, command === 'make' ? 'a' : 'w')
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !FOREIGN.has(name)))
  const { status, error } = spawnSync(command, args, { cwd: folder, env, stdio: ['ignore', output, output] })
  closeSync(output)
  if (status === 0) return
  const cause = error?.message ?? firstErrors(readFileSync(log, 'utf8'))
  throw new CannotBuild(`librdkafka can't be built, see ${log}: ${cause}`, `install what is missing (${INSTALL})`)
}

// oxlint-disable-next-line no-control-regex -- the colours that configure writes
const COLOURS = /\u001B(\[[\d;]*m|\(B)/g

/** What really went wrong comes first in a build's log. */
function firstErrors(log: string): string {
  const lines = log.replaceAll(COLOURS, '').split('\n')
  const errors = lines.filter(line => /\(fail\)| error: |\*\*\*/.test(line)).slice(0, 3)
  return (errors.length > 0 ? errors : lines.slice(-4)).map(line => line.trim()).join(' | ')
}
