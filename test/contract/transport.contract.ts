import { afterAll, beforeAll, describe } from 'vitest'
import { describeConsuming } from './consuming.contract.ts'
import { describeGroups } from './groups.contract.ts'
import type { Harness } from './harness.ts'
import { describeProducing } from './producing.contract.ts'

/** What `src/kafka/ports.ts` promises, sentence by sentence; every transport passes it. Skipped where there is no Kafka. */
export function describeTransport(name: string, makeHarness: () => Promise<Harness>, skipped = false): void {
  describe.skipIf(skipped)(`transport ${name}`, () => {
    let harness: Harness
    beforeAll(async () => {
      harness = await makeHarness()
    })
    afterAll(() => harness?.close())
    describeConsuming(() => harness)
    describeGroups(() => harness)
    describeProducing(() => harness)
  })
}
