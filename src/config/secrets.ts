import type { Environment } from './environment.ts'
import type { OptionTable } from './option.ts'
import { namedOptions, secretFileName } from './options.ts'
import type { Problem } from './problem.ts'

export type ReadFile = (path: string) => string

export interface ReadSecrets {
  /** Contents of the files, under the name of the secret's own variable. */
  readonly values: Environment
  readonly problems: readonly Problem[]
}

/** Reads every secret whose `<NAME>_FILE` is set, as platforms mount them. One final newline is an editor's, not the secret's. */
export function readSecrets(environment: Environment, table: OptionTable, readFile: ReadFile): ReadSecrets {
  const values: Record<string, string> = {}
  const problems: Problem[] = []
  for (const [name, option] of namedOptions(table)) {
    const fileName = secretFileName(name)
    const path = environment[fileName]
    if (!option.secret || !path) continue
    const read = environment[name] ? bothSet(name, fileName) : readSecret(fileName, path, readFile)
    if (typeof read === 'string') values[name] = read
    else problems.push(read)
  }
  return { values, problems }
}

function bothSet(name: string, fileName: string): Problem {
  return { settings: [name, fileName], wrong: 'are both set', remedy: 'unset one of them' }
}

function readSecret(fileName: string, path: string, readFile: ReadFile): string | Problem {
  try {
    const secret = readFile(path).replace(/\r?\n$/, '')
    if (secret !== '') return secret
    return { settings: [fileName], wrong: 'names a file that is empty', remedy: 'write the secret into it' }
  } catch (error) {
    // Only the code: the message of another kind of error might quote what was read.
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    return {
      settings: [fileName],
      wrong: `names a file that can't be read (${code})`,
      remedy: 'check the path and its rights'
    }
  }
}
