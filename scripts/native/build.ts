import { compile } from './compile.ts'

/** Builds the addon of the native transport: `node scripts/native/build.ts`. */
console.log(`✔ ${compile({ name: 'millrace.node', kind: 'addon', folders: ['core', 'node'] })}`)
