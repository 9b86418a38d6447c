import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { flat, loadAddon, NativeUnavailable, type NativeProducerClient } from '../../../../src/kafka/native/addon.ts'
import { placesFor } from '../../../../src/kafka/native/slab-places.ts'
import { shapeOf } from '../../../../src/slabs/layout.ts'
import { Slab } from '../../../../src/slabs/slab.ts'
import { slabOf } from '../../../contract/rows.ts'
import { addon, describeOnAddon } from './available.ts'

const STATE = -172
const INVALID = -186
const nowhere = flat({ 'bootstrap.servers': '127.0.0.1:1' })
const ignored = () => undefined
const columnOf = (slab: Slab, name: 'rowKeyStart' | 'rowKeyLength' | 'rowValueStart' | 'rowHeadersStart') => slab[name]

describeOnAddon('the addon', () => {
  test('says which librdkafka it uses', () => {
    expect(addon.librdkafkaVersion).toMatch(/^\d+\.\d+/)
    expect(addon.librdkafkaFile).toMatch(/librdkafka/)
  })

  test('a property that librdkafka does not know is refused by name', () => {
    expect(() => new addon.Producer(flat({ 'no.such': 1 }), ignored)).toThrow('"no.such"')
  })

  test('closing twice is harmless, and everything else says that it is closed', async () => {
    const client = new addon.Consumer(flat({ 'bootstrap.servers': '127.0.0.1:1', 'group.id': 'none' }), ignored)
    const [bytes, places] = [new Uint8Array(8), new Int32Array(10)]
    const closing = client.close()
    expect(client.close()).toBe(closing)
    const calls = [
      () => client.serve(),
      () => client.fill(bytes, places, 2, 1),
      () => client.subscribe(['t']),
      () => client.deliver('t', 0, 1),
      () => client.metadata(true, 10)
    ]
    for (const call of calls) expect(call).toThrow(expect.objectContaining({ code: STATE }))
    await closing
    for (const call of calls) expect(call).toThrow(expect.objectContaining({ code: STATE }))
    await client.close()
  })

  test('a call that is under way ends before its client does', async () => {
    const client = new addon.Producer(nowhere, ignored)
    const order: string[] = []
    const called = client.metadata(true, 200).then(({ problem }) => order.push(`answer ${problem?.code}`))
    const closed = client.close().then(() => order.push('closed'))
    await Promise.all([called, closed])
    expect(order).toEqual([expect.stringMatching(/^answer -/), 'closed'])
  })

  test('methods of one kind of client are refused on the other, and on anything else', async () => {
    const producer = new addon.Producer(nowhere, ignored)
    const { fill } = addon.Consumer.prototype as { fill(): number }
    expect(() => fill.call(producer)).toThrow('Illegal invocation')
    expect(() => fill.call({})).toThrow('Illegal invocation')
    expect(() => producer.sendOffsets([], producer as never, 10)).toThrow('another kind of client')
    expect(() => producer.sendOffsets([], {} as never, 10)).toThrow('no client')
    await producer.close()
  })

  test.each(['open', 'closed'])('a process with %s clients ends, and prints nothing', how => {
    const file = resolve(import.meta.dirname, `${how}-clients.ts`)
    const { status, signal, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8', timeout: 20_000 })
    expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' })
  })

  test('a library that is none, or missing, is named with the reason', () => {
    // The one that is loaded stays, so this needs a process of its own.
    const script = `import { loadAddon } from ${JSON.stringify(resolve(import.meta.dirname, '../../../../src/kafka/native/addon.ts'))}
      for (const file of ['/no/such.so', 'libm.so.6']) try { loadAddon(file) } catch (error) { console.log(error.message) }`
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
    const [missing, none] = stdout.split('\n')
    expect(missing).toMatch(/no librdkafka can be used \(the one named, \/no\/such.so: there is none\)/)
    expect(none).toMatch(/the one named, libm\.so\.6: it has no rd_kafka_version/)
    expect(() => loadAddon(undefined, '/no/addon.node')).not.toThrow(NativeUnavailable)
  })
})

describeOnAddon('a slab that makes no sense', () => {
  let client: NativeProducerClient
  beforeAll(() => {
    client = new addon.Producer(nowhere, ignored)
    client.setOutputs(['t'], [3])
  })
  afterAll(() => client.close())

  const produce = (slab: Slab, first = 0, end = slab.rows) => {
    return client.produce(slab.bytes, placesFor(slab), first, end, 1, 0)
  }

  test('places that lead out of the memory are refused, whichever they are', () => {
    const slab = Slab.allocate(shapeOf(8, 8192))
    const right = placesFor(slab)
    expect(client.produce(slab.bytes, right, 0, 0, 1, 0)).toBe(0)
    for (const wrong of [-1, slab.bytes.length, 2 ** 31 - 1]) {
      right.forEach((_, index) => {
        // That the arena, or the slab, ends there is allowed.
        if (wrong === slab.bytes.length && index >= 8) return
        const places = right.with(index, wrong)
        expect(() => client.produce(slab.bytes, places, 0, 0, 1, 0), `${index}`).toThrow('no slab with those places')
      })
    }
    expect(() => client.produce(slab.bytes, right.subarray(1), 0, 0, 1, 0)).toThrow('no slab with those places')
    expect(() => client.produce(slab.bytes.subarray(8), right, 0, 0, 1, 0)).toThrow('no slab with those places')
  })

  test('rows that the slab does not have are refused', () => {
    const slab = slabOf([{ value: Buffer.from('a') }])
    expect(produce(slab, 0, slab.shape.rows + 1)).toBe(0)
    expect(client.refusal).toBe(INVALID)
    expect(produce(slab, -1, 1)).toBe(-1)
  })

  test.each(['rowKeyStart', 'rowKeyLength', 'rowValueStart', 'rowHeadersStart'] as const)(
    'a row whose %s leads out of the slab is refused, and those before it are taken',
    column => {
      const good = { key: Buffer.from('k'), value: Buffer.from('v'), headers: [{ name: 'h', value: Buffer.from('x') }] }
      const slab = slabOf([good, good])
      columnOf(slab, column)[1] = slab.bytes.length
      expect(produce(slab)).toBe(1)
      expect(client.refusal).toBe(INVALID)
    }
  )

  test('whatever stands in the columns and in the headers, a row is taken or refused', () => {
    const wild = fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.integer({ min: -2, max: 70_000 }))
    fc.assert(
      fc.property(fc.array(wild, { minLength: 9, maxLength: 9 }), fc.uint8Array({ maxLength: 60 }), (columns, junk) => {
        const slab = slabOf([{ key: Buffer.from('k'), value: Buffer.from('v') }])
        slab.bytes.set(junk, slab.places.output)
        const [, , , ...places] = columns
        const named = [
          slab.rowKeyStart,
          slab.rowKeyLength,
          slab.rowValueStart,
          slab.rowValueLength,
          slab.rowHeadersStart,
          slab.rowHeadersLength
        ]
        named.forEach((column, index) => (column[0] = places[index]))
        slab.rowTimestampLow[0] = columns[0]
        slab.rowTimestampHigh[0] = columns[1]
        slab.rowOutput[0] = columns[2] & 1
        expect([0, 1]).toContain(produce(slab))
        client.purge(true)
      }),
      { numRuns: 500 }
    )
  })
})
