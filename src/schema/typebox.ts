import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** Loaded where a schema has more than types: it costs each thread 80 ms and some MB, which others need not pay. */
export function typebox(): typeof import('typebox/schema') {
  return require('typebox/schema') as typeof import('typebox/schema')
}
