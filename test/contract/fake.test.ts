import { FakeHarness } from './fake-harness.ts'
import { describeGroupsOf, describeTransport } from './transport.contract.ts'

describeTransport('fake', async () => new FakeHarness())
describeGroupsOf('fake, eager', { incremental: false, named: false }, async () => new FakeHarness({ eager: true }))
