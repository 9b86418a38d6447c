// `make down`: ends the broker that `make up` started for this checkout and its schema registry, and nothing else. Its data stays.
import { join, resolve } from 'node:path'
import type { BrokerPlace } from './broker-kind.ts'
import { recordedBroker } from './broker-kinds.ts'
import { failureText } from './failure.ts'
import { registryDown } from './local-registry.ts'
import { removeState } from './state.ts'
import { StepLine } from './step-line.ts'
import { inTurn } from './turn.ts'

const root = resolve(import.meta.dirname, '../..')
const place: BrokerPlace = { root, dir: join(root, '.kafka') }

async function down(): Promise<void> {
  const recorded = await recordedBroker(place)
  if (recorded?.exists) {
    const step = new StepLine(`stopping ${recorded.kind.title}`)
    await recorded.kind.stop(recorded.state, place)
    step.done(`${recorded.kind.title} is stopped${recorded.state.simulated ? '' : '; its data is kept'}`)
  } else {
    console.log('✔ no broker of this checkout is running')
  }
  removeState(place.dir)
  await registryDown(place)
}

try {
  await inTurn(
    `broker ${place.dir}`,
    () => console.log('  another make up or make down is running: waiting for it'),
    down
  )
} catch (error) {
  process.stderr.write(failureText('make down', error, 'see the cause, then run it again'))
  process.exitCode = 1
}
