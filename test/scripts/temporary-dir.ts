import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A folder for this test alone, gone after it. */
export function temporaryDir(parent = tmpdir()): string {
  const dir = mkdtempSync(join(parent, 'millrace-scripts-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}
