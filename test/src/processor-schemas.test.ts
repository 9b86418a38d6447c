import { afterEach, describe, expect, test } from 'vitest'
import { createAvroEncoder } from '../../src/avro/encode.ts'
import type { SchemaKey } from '../../src/avro/wire-format.ts'
import { RegistryError } from '../../src/schema-registry/registry-error.ts'
import type { RegistryPort } from '../../src/schema-registry/schemas.ts'
import { probeAvro } from '../fixtures/probe-pipeline.ts'
import { closeStages, expectBalanced, partition, settledOf, stageWith, until } from '../fixtures/processor-stage.ts'
import { expectNoLoss } from '../invariants/no-loss.ts'
import { expectOrder } from '../invariants/order.ts'

afterEach(closeStages)

const AVRO = { inputCodec: 'avro', schemaRegistryUrl: 'http://fake' }
const KNOWN = 1
const NEW = 2

/** Knows the first schema, and the second one while it is up. */
class FakeRegistry implements RegistryPort {
  isUp = true
  asked = 0

  async schemaOf(key: SchemaKey) {
    this.asked++
    if (!this.isUp) throw new RegistryError('it is down')
    return key === KNOWN || key === NEW ? { text: JSON.stringify(probeAvro), references: [] } : undefined
  }

  async probe() {}
  async find() {
    return undefined
  }
  close() {}
}

const encoders = { [KNOWN]: createAvroEncoder(probeAvro, KNOWN), [NEW]: createAvroEncoder(probeAvro, NEW) }
const probe = (seq: number, id: typeof KNOWN | typeof NEW = KNOWN) =>
  encoders[id].encode({ seq, act: seq % 10 === 3 ? 'filter' : 'emit' })

describe('records whose schema is not known yet', () => {
  test('wait, and those behind them in their partition; others go on; then all come out once and in order', async () => {
    const registry = new FakeRegistry()
    const stage = stageWith(2)
    stage.put(500, seq => probe(seq))
    const { processor } = stage.start(AVRO, registry)
    await until(() => settledOf(processor.snapshot()) === 500)
    registry.isUp = false
    // It is the 500th of partition 0.
    stage.put(3000, seq => probe(seq, seq === 1000 ? NEW : KNOWN))
    await until(() => settledOf(processor.snapshot()) >= 500 + 500 + 1500)
    await until(() => stage.committed()[1] === 1750)
    expect(settledOf(processor.snapshot())).toBe(500 + 500 + 1500)
    expect(stage.committed()[0]).toBe(250 + 500)
    // Nothing more was fetched of the partition that waits.
    expect(processor.snapshot().inFlight).toBeLessThan(512)
    registry.isUp = true
    await until(() => settledOf(processor.snapshot()) === 3500)
    expectBalanced(processor.snapshot())
    expectNoLoss(stage.rows(), stage.inputs)
    expectOrder(stage.rows())
  })

  test('are given up when their partition is taken away, and read again by who gets it', async () => {
    const registry = new FakeRegistry()
    const stage = stageWith(2)
    stage.put(100, seq => probe(seq))
    // One slab, so that those that wait have all there is.
    const one = stage.start({ ...AVRO, drainTimeoutMs: '300', maxInFlightRecords: '64' }, registry)
    const settled = () => [one, other].reduce((sum, { processor }) => sum + settledOf(processor.snapshot()), 0)
    await until(() => settledOf(one.processor.snapshot()) === 100)
    registry.isUp = false
    stage.put(300, seq => probe(seq, NEW))
    await until(() => one.processor.snapshot().inFlight > 0)
    const other = stage.start(AVRO, new FakeRegistry())
    const both = [partition(0), partition(1)]
    stage.move(both, other)
    await until(() => settled() === 400)
    expect(one.told).toContain(
      'the drain ran out of time: what is in flight is abandoned and read again (DRAIN_TIMEOUT_MS)'
    )
    // The slabs of what was given up are free again, though the registry still is down.
    stage.move(both, one)
    stage.put(100, seq => probe(seq))
    await until(() => settled() === 500)
    expect(settledOf(one.processor.snapshot())).toBeGreaterThan(100)
    for (const { processor } of [one, other]) expectBalanced(processor.snapshot())
    expectNoLoss(stage.rows(), stage.inputs)
    expectOrder(stage.rows())
  })

  test('keep nobody from ending the process', async () => {
    const registry = new FakeRegistry()
    registry.isUp = false
    const stage = stageWith(1)
    stage.put(10, seq => probe(seq))
    const { processor, run, told } = stage.start({ ...AVRO, drainTimeoutMs: '300' }, registry)
    await until(() => processor.snapshot().inFlight === 10)
    processor.stop()
    expect(await run).toEqual({ drained: false })
    expect(told).toContain('the schema registry can not be asked: records whose schema is not known yet wait for it')
    expect(processor.snapshot().incidents.registryFailures).toBeGreaterThan(0)
    expectBalanced(processor.snapshot())
  })

  test('are no stall', async () => {
    const registry = new FakeRegistry()
    registry.isUp = false
    const stage = stageWith(1)
    stage.put(10, seq => probe(seq))
    const { processor, told } = stage.start({ ...AVRO, stallTimeoutMs: '1000' }, registry)
    await until(() => processor.snapshot().inFlight === 10)
    await new Promise(resolve => setTimeout(resolve, 2500))
    expect(processor.snapshot().live).toBe(true)
    expect(told.some(text => text.includes('STALL_TIMEOUT_MS'))).toBe(false)
    registry.isUp = true
    await until(() => settledOf(processor.snapshot()) === 10)
  })
})
