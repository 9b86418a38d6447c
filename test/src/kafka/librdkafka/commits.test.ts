import { setTimeout } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { Commits } from '../../../../src/kafka/librdkafka/commits.ts'

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
  const commits = new Commits(() => native, { timeoutMs: 10_000, retryMs: 0 })
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

  test('what fails because the coordinator moves is sent again', async () => {
    const { commits, sent, commit } = commitsOn()
    const committed = commit(1)
    const later = commit(2)
    await microtasks()
    for (const code of [16, 27]) {
      commits.callback({ code, message: 'not now' })
      while (!commits.waiting) await microtasks()
    }
    expect(sent).toEqual([1, 1, 1])
    commits.callback(undefined)
    await committed
    await microtasks()
    expect(sent).toEqual([1, 1, 1, 2])
    commits.callback(undefined)
    await later
  })

  test('a commit that waited behind a rebalance is sent again in the new generation, however long that took', async () => {
    const native = { commit: vi.fn<() => number>(() => 0) }
    const commits = new Commits(() => native, { timeoutMs: 100, retryMs: 0 })
    const committed = commits.commit(at(1), () => undefined)
    await setTimeout(150)
    commits.callback({ code: 22, message: 'the generation is not valid' })
    await vi.waitFor(() => expect(native.commit).toHaveBeenCalledTimes(2))
    commits.callback(undefined)
    await committed
  })

  test('not for ever', async () => {
    const native = { commit: () => 0 }
    const commits = new Commits(() => native, { timeoutMs: 0, retryMs: 0 })
    const committed = commits.commit(at(1), () => undefined)
    await microtasks()
    commits.callback({ code: 16, message: 'not now' })
    await expect(committed).rejects.toMatchObject({ code: 16 })
  })

  test('what has been given back is taken out of commits that wait, and they reject', async () => {
    const sent: unknown[] = []
    const native = {
      commit: (offsets: unknown) => {
        sent.push(offsets)
        return 0
      }
    }
    const commits = new Commits(() => native)
    const first = commits.commit(at(1), () => undefined)
    const second = commits.commit([...at(2), { topic: 't', partition: 1, offset: 7 }], () => undefined)
    const third = commits.commit(at(3), () => undefined)
    const all = Promise.allSettled([first, second, third])
    await microtasks()
    commits.forget([{ topic: 't', partition: 0 }])
    commits.callback(undefined)
    await microtasks()
    commits.callback(undefined)
    expect(await all).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: { code: -172 } },
      { status: 'rejected', reason: { code: -172 } }
    ])
    expect(sent).toEqual([at(1), [{ topic: 't', partition: 1, offset: 7 }]])
  })

  test('one that is tried again leaves out what has been given back meanwhile', async () => {
    const { commits, sent, commit } = commitsOn()
    const committed = commit(1)
    await microtasks()
    commits.forget([{ topic: 't', partition: 0 }])
    commits.callback({ code: 16, message: 'not now' })
    await expect(committed).rejects.toMatchObject({ code: -172 })
    expect(sent).toEqual([1])
  })

  test('closing rejects what is under way and what comes after', async () => {
    const { commits, commit } = commitsOn()
    const both = Promise.allSettled([commit(1), commit(2)])
    await microtasks()
    commits.close()
    expect(await both).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }])
  })
})
