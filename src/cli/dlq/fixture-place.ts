import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SettingsError } from '../../config/read-environment.ts'

const ENDING = import.meta.url.endsWith('.ts') ? '.ts' : '.js'
const MILLRACE = fileURLToPath(new URL(`../../index${ENDING}`, import.meta.url))
const SHIPPED_PIPELINE = fileURLToPath(new URL(`../../../pipelines/user-login/pipeline${ENDING}`, import.meta.url))

/** Where a fixture goes, and for whom. */
export interface Place {
  readonly testFile: string
  readonly dataFile: string
  readonly runner: 'vitest' | 'node'
  readonly expected: 'dead-letter' | 'processed'
}

interface PlaceValues {
  readonly out: string
  readonly runner?: string
  readonly expect: string
}

/** @throws SettingsError, also if it would overwrite something. */
export function placeOf({ out, runner, expect }: PlaceValues): Place {
  const testFile = resolve(out)
  const dataFile = `${testFile.replace(/\.[cm]?[jt]s$/, '')}.json`
  const chosen = runner ?? runnerFor(dirname(testFile))
  if (chosen !== 'vitest' && chosen !== 'node') throw new SettingsError('--runner is vitest or node')
  if (expect !== 'dead-letter' && expect !== 'processed')
    throw new SettingsError('--expect is dead-letter or processed')
  const there = [testFile, dataFile].find(existsSync)
  if (there !== undefined) throw new SettingsError(`${there} is there already; --out names another file`)
  return { testFile, dataFile, runner: chosen, expected: expect }
}

/** What a test file in `directory` imports: by name where Millrace is installed for it, else by the way there. */
export function importsFor(directory: string, pipeline: string | undefined): { millrace: string; pipeline: string } {
  const isInstalled = ancestorsOf(directory).some(each =>
    MILLRACE.startsWith(join(each, 'node_modules', 'millrace', sep))
  )
  return {
    millrace: isInstalled ? 'millrace' : wayTo(MILLRACE, directory),
    pipeline: wayTo(pipeline === undefined ? SHIPPED_PIPELINE : resolve(pipeline), directory)
  }
}

/** vitest, where a test file in `directory` would find it; else the one that Node has. */
function runnerFor(directory: string): 'vitest' | 'node' {
  const isInstalled = ancestorsOf(directory).some(each => existsSync(join(each, 'node_modules', 'vitest')))
  return isInstalled ? 'vitest' : 'node'
}

function wayTo(file: string, directory: string): string {
  const way = relative(directory, file).split(sep).join('/')
  return way.startsWith('.') ? way : `./${way}`
}

function ancestorsOf(directory: string): string[] {
  const parent = dirname(directory)
  return parent === directory ? [directory] : [directory, ...ancestorsOf(parent)]
}
