import { afterEach, describe, expect, test } from 'vitest'
import { closeStages, partition, settledOf, type Stage, stageWith, until } from '../fixtures/processor-stage.ts'
import { expectBoundedDuplicates } from '../invariants/duplicates.ts'
import { expectNoLoss } from '../invariants/no-loss.ts'
import { expectOrder } from '../invariants/order.ts'

afterEach(closeStages)

const STALLED =
  'no progress, though there are records to read (STALL_TIMEOUT_MS): leaving the group and joining it again'

/**
 * A processor whose client can be made to go on in the group, and to deliver nothing. Time counts only while it is so: on a
 * busy machine, worker threads may take longer to start than the time-out is.
 */
function startSpoilable(stage: Stage) {
  const started = stage.start({ stallTimeoutMs: '1000' })
  const { consumer } = started
  const client = { counts: false, deaf: false, hung: false, curedByRejoin: true, badPolls: 0 }
  const poll = consumer.poll.bind(consumer)
  const subscribe = consumer.subscribe.bind(consumer)
  Object.defineProperty(consumer, 'reachable', { get: () => client.counts })
  consumer.poll = into => {
    if (client.hung || client.deaf) client.badPolls++
    return client.hung ? new Promise(() => undefined) : poll(client.deaf ? undefined : into)
  }
  consumer.subscribe = topics => {
    if (client.curedByRejoin) Object.assign(client, { counts: false, deaf: false })
    subscribe(topics)
  }
  /** From now on; a poll that was under way has ended when this answers. */
  const spoil = async (how: { readonly deaf?: boolean; readonly hung?: boolean; readonly curedByRejoin?: boolean }) => {
    Object.assign(client, how)
    await until(() => client.badPolls > 0)
    client.counts = true
  }
  return { ...started, client, spoil }
}

describe('a client that goes on in its group and delivers nothing', () => {
  test('is cured by leaving the group and joining it again: nothing is lost or repeated', async () => {
    const stage = stageWith(2)
    stage.put(1000)
    const { processor, told, spoil } = startSpoilable(stage)
    await until(() => settledOf(processor.snapshot()) > 300)
    await spoil({ deaf: true })
    stage.put(4000)
    await until(() => told.includes(STALLED))
    await until(() => settledOf(processor.snapshot()) === 5000)
    await until(() => processor.snapshot().live)
    expectNoLoss(stage.rows(), stage.inputs)
    expectOrder(stage.rows())
    expectBoundedDuplicates(stage.rows(), 0)
  })

  test('even after that ends the process, with what is known of each partition', async () => {
    const stage = stageWith(1)
    stage.put(100)
    const { processor, run, told, spoil } = startSpoilable(stage)
    await until(() => stage.committed()[0] === 100)
    await spoil({ deaf: true, curedByRejoin: false })
    stage.put(50)
    await expect(run).rejects.toThrow(
      /^no progress for 1000 ms \(STALL_TIMEOUT_MS\).*; probes\/0: frontier unknown, stable offset 150, end 150, 0 in flight, /
    )
    expect(told).toContain(STALLED)
    expect(processor.state).toBe('failed')
    expect(stage.committed()).toEqual([100])
  })

  test('as a poll never answers: the process ends all the same', async () => {
    const stage = stageWith(1)
    stage.put(100)
    const { processor, run, spoil } = startSpoilable(stage)
    await until(() => settledOf(processor.snapshot()) === 100)
    await spoil({ hung: true })
    stage.put(50)
    await expect(run).rejects.toThrow('no progress for 1000 ms (STALL_TIMEOUT_MS)')
    expect(processor).toMatchObject({ state: 'failed', unclosed: true })
  })

  test('and is stopped while it is being cured: that is a clean stop', async () => {
    const stage = stageWith(1)
    stage.put(100)
    const { processor, run, spoil, told, consumer } = startSpoilable(stage)
    await until(() => settledOf(processor.snapshot()) === 100)
    await spoil({ deaf: true, curedByRejoin: false })
    stage.put(50)
    await until(() => told.includes(STALLED))
    processor.stop()
    expect(await run).toEqual({ drained: true })
    expect(consumer.subscription).toEqual([])
  })
})

test('an upstream transaction that stays open is told, and nothing else happens', async () => {
  const stage = stageWith(1)
  stage.put(100)
  const transaction = stage.cluster.log(partition(0)).openTransaction()
  const { processor, told, client } = startSpoilable(stage)
  await until(() => settledOf(processor.snapshot()) === 100)
  client.counts = true
  transaction.append({ value: Buffer.from('{"seq":1}') })
  await until(() => told.some(line => line.startsWith("somebody's transaction stays open")))
  expect([processor.state, processor.snapshot().live, told.includes(STALLED)]).toEqual(['running', true, false])
  transaction.abort()
  await until(() => processor.snapshot().lag === 0)
})
