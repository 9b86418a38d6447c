import { buildNative } from '../addon-build/build-native.ts'
import { CannotBuild } from '../addon-build/cannot-build.ts'
import { readArguments } from './arguments.ts'
import type { Command } from './command.ts'
import { print } from './print.ts'

const HELP = `Usage: millrace build-native

Builds what TRANSPORT=native and TRANSPORT=auto use, on this machine and for it:
the addon, in some 10 s, with a C++ compiler; and where kafka-javascript came
prebuilt, librdkafka from the source in its package, in 1 to 3 minutes, with
make, python3 and the headers of OpenSSL, zlib, zstd and curl besides.

Both are kept in native/build of this package, and are built again by the same
command, after another version was installed.

  --help  this text
`

/** `millrace build-native`, for those who have installed the package; in a checkout set-up does it. */
export const buildNativeCommand: Command = async args => {
  const { values } = readArguments({ args: [...args], options: { help: { type: 'boolean', short: 'h' } } })
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  try {
    const used = buildNative(text => print(`… ${text}`))
    print(`✔ the native transport is built, and uses ${used}`)
    return 0
  } catch (error) {
    if (!(error instanceof CannotBuild)) throw error
    process.stderr.write(`✘ ${error.message.trimEnd()}\n  cure: ${error.cure}\n`)
    return 1
  }
}
