import { execFile } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'

const TIMEOUT_MS = 120_000

type Downloader = (url: string, path: string, timeoutMs: number) => Promise<void>

const curl: Downloader = (url, path, timeoutMs) => {
  const limits = ['--connect-timeout', '15', '--max-time', String(timeoutMs / 1000)]
  return run('curl', ['-fsSL', '--retry', '3', ...limits, '-o', path, url], timeoutMs)
}

const wget: Downloader = (url, path, timeoutMs) =>
  run('wget', ['-nv', '-t', '3', '-T', '30', '-O', path, url], timeoutMs)

// Node's fetch knows only the authorities it was built with, so behind a company's proxy it refuses every certificate.
const nodeFetch: Downloader = async (url, path, timeoutMs) => {
  setDefaultCACertificates([...new Set([...getCACertificates('default'), ...getCACertificates('system')])])
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) })
  if (!response.ok || !response.body) throw new Error(`HTTP status ${response.status}`)
  await pipeline(Readable.fromWeb(response.body), createWriteStream(path))
}

function run(program: string, args: string[], timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { timeout: timeoutMs }, (error, _stdout, stderr) => {
      if (error) reject(isAbsent(error) ? error : new Error(stderr.trim() || error.message))
      else resolve()
    })
  })
}

function isAbsent(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}

/**
 * Downloads `url` to `path` with curl, else wget, else Node: the first two know the machine's proxy and authorities.
 * @throws Error with the address and the reason.
 */
export async function download(url: string, path: string, timeoutMs = TIMEOUT_MS): Promise<void> {
  for (const downloader of [curl, wget, nodeFetch]) {
    try {
      return await downloader(url, path, timeoutMs)
    } catch (error) {
      if (!isAbsent(error)) throw new Error(`${url}: ${reasonOf(error)}`, { cause: error })
    }
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message
}
