import { readdirSync, readFileSync } from 'node:fs'
import type { MemoryLine } from './memory-probe.ts'

/** What a process holds at one moment; memory in bytes. */
export interface ProcessSample extends MemoryLine {
  readonly rss: number
  readonly descriptors: number
  readonly threads: number
}

/** Looks at a process from outside, and at the last line that its probe has written; undefined if there is none yet. */
export function sampleProcess(pid: number, probeFile: string): ProcessSample | undefined {
  const memory = lastLine(probeFile)
  if (memory === undefined) return undefined
  const { rss, threads } = parseStatus(readFileSync(`/proc/${pid}/status`, 'latin1'))
  return { ...memory, rss, threads, descriptors: readdirSync(`/proc/${pid}/fd`).length }
}

export function parseStatus(status: string): { rss: number; threads: number } {
  return { rss: numberAfter('VmRSS', status) * 1024, threads: numberAfter('Threads', status) }
}

function numberAfter(name: string, status: string): number {
  const match = new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)
  if (match === null) throw new Error(`/proc says nothing of ${name}: has the process ended?`)
  return Number(match[1])
}

function lastLine(probeFile: string): MemoryLine | undefined {
  const line = readFileSync(probeFile, 'utf8').trimEnd().split('\n').at(-1)
  return line ? (JSON.parse(line) as MemoryLine) : undefined
}
