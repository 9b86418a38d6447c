import { afterAll, beforeAll, describe } from 'vitest'
import { describeCommitted } from './committed.contract.ts'
import { describeConsuming } from './consuming.contract.ts'
import { describeFailures } from './failures.contract.ts'
import { describeGroups } from './groups.contract.ts'
import type { GroupTraits, Harness } from './harness.ts'
import { describeJoining } from './joining.contract.ts'
import { describeNamedMembers } from './named-members.contract.ts'
import { describeProducing } from './producing.contract.ts'
import { describeRewinding } from './rewinding.contract.ts'
import { describeRefusals } from './refusals.contract.ts'
import { describeTransactions } from './transactions.contract.ts'
import { describeUpstream } from './upstream.contract.ts'

const COOPERATIVE: GroupTraits = { incremental: true, named: false }

/** What `src/kafka/ports.ts` promises, sentence by sentence; every transport passes it. Skipped where there is no Kafka. */
export function describeTransport(name: string, makeHarness: () => Promise<Harness>, skipped = false): void {
  describeWith(name, makeHarness, skipped, harness => {
    describeConsuming(harness)
    describeUpstream(harness)
    describeRewinding(harness)
    describeGroups(harness, COOPERATIVE)
    describeCommitted(harness)
    describeProducing(harness)
    describeFailures(harness)
    describeTransactions(harness)
    describeRefusals(harness)
  })
}

/** The part of it that concerns groups, for another way of sharing out partitions. */
export function describeGroupsOf(
  name: string,
  traits: GroupTraits,
  makeHarness: () => Promise<Harness>,
  skipped = false
): void {
  describeWith(name, makeHarness, skipped, harness => {
    describeGroups(harness, traits)
    describeCommitted(harness)
    if (traits.named) describeNamedMembers(harness)
  })
}

/** What only Kafka's own groups do: a join waits until every member has joined. */
export function describeJoiningOf(name: string, makeHarness: () => Promise<Harness>, skipped: boolean): void {
  describeWith(name, makeHarness, skipped, describeJoining)
}

function describeWith(
  name: string,
  makeHarness: () => Promise<Harness>,
  skipped: boolean,
  suites: (harness: () => Harness) => void
): void {
  describe.skipIf(skipped)(`transport ${name}`, () => {
    let harness: Harness
    beforeAll(async () => {
      harness = await makeHarness()
    })
    afterAll(() => harness?.close())
    suites(() => harness)
  })
}
