// `make test` and `make lint`: every check in turn, the quick ones first. With the argument `static`, only those.
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { findJava, OLDEST_JAVA } from './broker/java.ts'
import { ensureJars, KAFKA_VERSION } from './broker/kafka-jars.ts'
import { libsDirOf } from './broker/kafka-kind.ts'
import { failureText } from './broker/failure.ts'
import { loadAddon, NativeUnavailable } from '../src/kafka/native/addon.ts'
import { StepLine } from './broker/step-line.ts'

const root = resolve(import.meta.dirname, '..')
const RESULTS = '.test/results.json'

interface StaticCheck {
  name: string
  args: string[]
  cure: string
}

const STATIC_CHECKS: StaticCheck[] = [
  { name: 'lint', args: ['oxlint/bin/oxlint'], cure: 'correct what is named above' },
  { name: 'format', args: ['prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.'], cure: 'npm run format' },
  { name: 'types', args: ['typescript/bin/tsc', '--noEmit'], cure: 'correct what is named above' }
]

function runNode([program, ...args]: string[], stdio: 'inherit' | 'pipe') {
  return spawnSync(process.execPath, [join(root, 'node_modules', program), ...args], {
    cwd: root,
    stdio,
    encoding: 'utf8'
  })
}

function passes({ name, args, cure }: StaticCheck): boolean {
  const step = new StepLine(name)
  const { status, stdout, stderr } = runNode(args, 'pipe')
  if (status === 0) step.done(name)
  else process.stderr.write(`${stdout}${stderr}${failureText(name, `it ended with ${status}`, cure)}`)
  return status === 0
}

/** The vitest projects that this machine can run. Without a real Kafka the integration tests are left out, aloud. */
async function projects(): Promise<string[]> {
  const always = ['unit', 'contract']
  if (await findJava()) {
    await fetchJars()
    return [...always, 'integration', 'chaos']
  }
  const cause = `Java ${OLDEST_JAVA} or later is not there, and they need a real Kafka`
  if (process.env.CI === 'true') throw new Error(cause)
  console.log(`  integration and chaos tests are SKIPPED: ${cause}`)
  return always
}

/** They are skipped where it could not be built. */
function tellOfNativeTransport(): void {
  try {
    loadAddon()
  } catch (error) {
    if (!(error instanceof NativeUnavailable)) throw error
    console.log(`  tests of the native transport are SKIPPED: ${error.message}`)
  }
}

async function fetchJars(): Promise<void> {
  const step = new StepLine(`Kafka ${KAFKA_VERSION} for the tests`)
  try {
    await ensureJars(libsDirOf(join(root, '.kafka')), undefined, undefined, ({ done, total }) => {
      step.detail = `${done} of ${total} jars`
    })
  } finally {
    step.end()
  }
}

function runTests(names: string[]): number {
  const chosen = names.flatMap(name => ['--project', name])
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${RESULTS}`]
  return runNode(['vitest/vitest.mjs', 'run', ...chosen, ...reporters], 'inherit').status ?? 1
}

// A result of an earlier run must never be taken for this one's.
mkdirSync(join(root, '.test'), { recursive: true })
rmSync(join(root, RESULTS), { force: true })

if (!STATIC_CHECKS.every(passes)) process.exitCode = 1
else if (process.argv[2] !== 'static') {
  tellOfNativeTransport()
  try {
    process.exitCode = runTests(await projects())
  } catch (error) {
    const cure = 'install a Java runtime (Debian, Ubuntu: apt-get install -y openjdk-17-jre-headless)'
    process.stderr.write(failureText('integration tests', error, cure))
    process.exitCode = 1
  }
}
