import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ensureJars, kafkaJars, parseJarList } from '../../../scripts/broker/kafka-jars.ts'
import { fileServer } from '../file-server.ts'
import { temporaryDir } from '../temporary-dir.ts'

const CONTENT: Record<string, string> = { 'org/a/1/a-1.jar': 'A', 'org/b/2/b-2.jar': 'B' }
const JARS = Object.entries(CONTENT).map(([path, text]) => ({
  path,
  sha256: createHash('sha256').update(text).digest('hex')
}))

/** A Maven repository under a path of its own, as mirrors have it. */
async function mirror(content: Record<string, string> = CONTENT) {
  const files = Object.fromEntries(Object.entries(content).map(([path, text]) => [`/maven2/${path}`, text]))
  const server = await fileServer(files)
  return { ...server, url: `${server.url}/maven2/` }
}

test('the committed list names 92 jars, the broker and the tools among them', () => {
  const paths = kafkaJars().map(jar => jar.path)
  expect(paths).toHaveLength(92)
  expect(paths).toContain('org/apache/kafka/kafka_2.13/4.3.1/kafka_2.13-4.3.1.jar')
  expect(paths).toContain('org/apache/kafka/kafka-tools/4.3.1/kafka-tools-4.3.1.jar')
})

const SUM = '0'.repeat(64)

test.each([
  ['a short sum', '00  org/a/1/a-1.jar'],
  ['a path that leads out of the folder', `${SUM}  org/../../a-1.jar`],
  ['an address in place of a path', `${SUM}  https://example.org/a-1.jar`],
  ['another kind of file', `${SUM}  org/a/1/a-1.sh`],
  ['a name that occurs twice', `${SUM}  org/a/a.jar\n${SUM}  org/b/a.jar`]
])('a list with %s is refused', (_what, text) => {
  expect(() => parseJarList(text)).toThrow(/jar list/)
})

test('all jars are fetched and progress is told', async () => {
  const dir = join(temporaryDir(), 'libs')
  const seen: number[] = []
  await ensureJars(dir, JARS, (await mirror()).url, ({ done }) => seen.push(done))
  expect(readdirSync(dir).toSorted()).toEqual(['a-1.jar', 'b-2.jar'])
  expect(readFileSync(join(dir, 'b-2.jar'), 'utf8')).toBe('B')
  expect(seen).toEqual([1, 2])
})

test('a damaged jar is fetched again, a good one is not, and a stranger goes', async () => {
  const dir = temporaryDir()
  writeFileSync(join(dir, 'a-1.jar'), 'damaged')
  writeFileSync(join(dir, 'b-2.jar'), 'B')
  writeFileSync(join(dir, 'c-3.jar'), 'left by an older version')
  const server = await mirror()
  await ensureJars(dir, JARS, server.url)
  expect(server.requested).toEqual(['/maven2/org/a/1/a-1.jar'])
  expect(readFileSync(join(dir, 'a-1.jar'), 'utf8')).toBe('A')
  expect(existsSync(join(dir, 'c-3.jar'))).toBe(false)
})

test('a jar that is not the expected one is refused by name and does not stay', async () => {
  const dir = temporaryDir()
  const server = await mirror({ ...CONTENT, 'org/b/2/b-2.jar': 'tampered with' })
  await expect(ensureJars(dir, JARS, server.url)).rejects.toThrow(/b-2\.jar is not the expected file/)
  expect(existsSync(join(dir, 'b-2.jar'))).toBe(false)
})

test('a jar that the mirror does not have is an error which names it', async () => {
  const server = await mirror({ 'org/a/1/a-1.jar': 'A' })
  await expect(ensureJars(temporaryDir(), JARS, server.url)).rejects.toThrow(/b-2\.jar.*404/)
})
