import { chmodSync, lstatSync, mkdirSync, readdirSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'

/** What an address of a Unix socket holds, without the byte that ends it. */
const PATH_BYTES = process.platform === 'linux' ? 107 : 103
const SOCKET_NAME = /^(\d+)\.sock$/

/** The directory of the sockets that this user's processes make by themselves. */
export function automaticDir(temporaryDir = tmpdir()): string {
  return join(temporaryDir, `millrace-${userInfo().uid}`)
}

export function automaticPath(dir: string, pid = process.pid): string {
  return join(dir, `${pid}.sock`)
}

/** The sockets that processes have made by themselves, be they alive or not, by process id. */
export function socketsIn(dir: string): { readonly pid: number; readonly path: string }[] {
  return namesIn(dir)
    .flatMap(name => SOCKET_NAME.exec(name)?.[1] ?? [])
    .map(pid => ({ pid: Number(pid), path: automaticPath(dir, Number(pid)) }))
    .sort((a, b) => a.pid - b.pid)
}

/**
 * Makes the directory, for this user alone. One that is there must be this user's and a directory, not a link: anybody may
 * make names in a directory for temporary files.
 */
export function ensurePrivateDir(dir: string): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const found = lstatSync(dir)
  if (!found.isDirectory()) throw new Error(`${dir} is no directory`)
  if (found.uid !== userInfo().uid) throw new Error(`${dir} is another user's`)
  if ((found.mode & 0o077) !== 0) chmodSync(dir, 0o700)
}

/** Makes the directory of a path that somebody has chosen, if it is not there; who may enter it is theirs to say. */
export function ensureDirOf(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
}

/** @throws if no socket can have this path. */
export function expectShort(path: string): void {
  const bytes = Buffer.byteLength(path)
  if (bytes <= PATH_BYTES) return
  throw new Error(`the path ${path} is too long for a socket: ${bytes} bytes, and ${PATH_BYTES} are allowed`)
}

function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
