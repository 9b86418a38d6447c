import { describe, expect, test } from 'vitest'
import { Commits } from '../../../../src/kafka/confluent/commits.ts'
import type { NativeConsumer } from '../../../../src/kafka/confluent/client.ts'

const at = (offset: number) => [{ topic: 't', partition: 0, offset }]

function commitsOn(codes: readonly number[] = []) {
  const sent: number[] = []
  const remaining = [...codes]
  const native = {
    commit: (offsets: readonly { readonly offset: number }[]) => {
      sent.push(offsets[0].offset)
      return remaining.shift() ?? 0
    }
  }
  const commits = new Commits(() => native as unknown as NativeConsumer)
  return { commits, sent, commit: (offset: number) => commits.commit(at(offset), () => undefined) }
}

const microtasks = () => new Promise(resolve => setImmediate(resolve))

describe('commits', () => {
  test('one at a time, so that each answer finds its request', async () => {
    const { commits, sent, commit } = commitsOn()
    const both = Promise.allSettled([commit(1), commit(2)])
    await microtasks()
    expect(sent).toEqual([1])
    commits.callback({ code: 25, message: 'unknown member' })
    await microtasks()
    expect(sent).toEqual([1, 2])
    commits.callback(undefined)
    expect(await both).toMatchObject([{ status: 'rejected', reason: { code: 25 } }, { status: 'fulfilled' }])
  })

  test('a request that the client refuses rejects and does not block the next', async () => {
    const { commits, commit } = commitsOn([-172, 0])
    await expect(commit(1)).rejects.toMatchObject({ code: -172 })
    const next = commit(2)
    await microtasks()
    expect(commits.waiting).toBe(true)
    commits.callback(undefined)
    await next
    expect(commits.waiting).toBe(false)
  })

  test('closing rejects what is under way and what comes after', async () => {
    const { commits, commit } = commitsOn()
    const both = Promise.allSettled([commit(1), commit(2)])
    await microtasks()
    commits.close()
    expect(await both).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }])
  })
})
