import { Isolate } from '../stages/isolate.ts'
import type { Linger } from '../stages/linger.ts'
import { Produce } from '../stages/produce.ts'
import type { Delivery, DeliveryOptions } from './delivery.ts'

export interface AtLeastOnceOptions extends DeliveryOptions {
  readonly linger: Linger
}

/**
 * Rows are produced as soon as they are there; a batch settles when all of its are acknowledged, and the frontier is
 * committed about once a second. Whatever happens, what is not committed is read again.
 */
export function atLeastOnce(options: AtLeastOnceOptions): Delivery {
  const { transport, linger, metrics, commit, rewind, events, next, drop, failed } = options
  const { producer } = transport

  const produce: Produce = new Produce({
    producer,
    linger,
    events,
    next,
    drop,
    isolate: batch => isolate.take(batch),
    rewind: (assignment, isolate) => rewind.request(assignment, isolate),
    failed
  })
  const isolate = new Isolate({
    producer,
    metrics,
    events,
    underWay: assignment => produce.underWay(assignment),
    ordinary: batch => produce.ship(batch),
    next,
    drop,
    rewind: (assignment, isolate) => rewind.request(assignment, isolate),
    failed
  })
  return {
    release: batch => produce.release(batch),
    step: () => {
      rewind.step()
      produce.step()
      isolate.step()
      commit.step()
    },
    now: assignments => commit.now(assignments),
    close: () => undefined,
    delivered: report => produce.delivered(report),
    transactionFailed: failure => failed(new Error(`a transaction that nobody began has failed: ${failure.message}`))
  }
}
