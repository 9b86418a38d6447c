import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Program } from './bench-case.ts'
import { installPackages } from './peers/install.ts'
import { type Peer, peers } from './peers/peers.ts'
import type { BenchSettings } from './settings.ts'

const MILLRACE = './bench/login-job'
const ADDON = join(import.meta.dirname, '../native/build/millrace.node')

/** Told what is left out, and why. */
type Said = (line: string) => void

/** Millrace on each transport that there is here, the fastest first; one alone where TRANSPORT says so. */
export function ownPrograms(transport: string | undefined, said: Said, isBuilt = existsSync(ADDON)): Program[] {
  const asked = !transport || transport === 'auto' ? ['native', 'kafka-javascript'] : [transport]
  if (asked.includes('native') && !isBuilt) said('TRANSPORT=native is left out: npm run build:native builds it')
  return asked
    .filter(name => isBuilt || name !== 'native')
    .map(name => ({
      name: `millrace-${name.replace('kafka-', '')}`,
      command: MILLRACE,
      environment: { TRANSPORT: name }
    }))
}

/** Other programs: those that npm has, and those of the command line. */
export function otherPrograms(settings: Pick<BenchSettings, 'peers' | 'programs'>, said: Said): Program[] {
  const there = settings.peers.filter(name => {
    const { packages }: Peer = peers[name]
    const why = installPackages(packages)
    if (why !== undefined) said(`${name} is left out: npm can't install ${packages.join(' and ')} (${why})`)
    return why === undefined
  })
  const known = there.map(name => ({
    name,
    command: `"${process.execPath}" bench/peers/${peers[name].file}`,
    environment: {}
  }))
  const given = [...settings.programs].map(([name, command]) => ({ name, command, environment: {} }))
  return [...known, ...given]
}
