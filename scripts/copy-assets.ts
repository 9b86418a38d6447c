// The last step of `npm run build`: what pipelines read beside their modules goes to dist, too. tsc takes only TypeScript.
import { cpSync, globSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')

for (const file of globSync('pipelines/**/*.{env,avsc}', { cwd: root })) {
  cpSync(join(root, file), join(root, 'dist', file))
}
