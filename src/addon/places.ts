import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** This project's folder: one level further up where this runs from dist/. */
export const PACKAGE = folderWithPackageJson(import.meta.dirname)
/** The addon's sources; an image may have none. */
export const NATIVE = join(PACKAGE, 'native')
/** What is built for this machine, and never travels. */
export const BUILD = join(NATIVE, 'build')

/** Whether or not it is there. Tests have others: the one that is built with sanitizers, or none. */
export function addonFile(): string {
  return resolve(PACKAGE, process.env.MILLRACE_ADDON ?? join(BUILD, 'millrace.node'))
}

export function folderWithPackageJson(from: string): string {
  if (existsSync(join(from, 'package.json')) || dirname(from) === from) return from
  return folderWithPackageJson(resolve(from, '..'))
}
