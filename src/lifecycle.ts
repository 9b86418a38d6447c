/**
 * What a processor is doing, a sentence each, and which state may follow. Only the processor moves it.
 */
export const lifecycleStates = {
  starting: 'Connecting, starting workers, joining the group; nothing has been read.',
  running: 'Reading, working and committing; a member of the group, be it with no partition.',
  held:
    'A flood of dead letters has been seen: still a member of the group, but nothing is read, produced or committed until ' +
    'somebody says so.',
  draining: 'Leaving: nothing new is read, what is in flight settles and is committed.',
  stopped: 'Every partition has been given back and every client is closed.',
  failed: 'Something happened that must not be carried on from; what was in flight will be read again.'
} as const
export type LifecycleState = keyof typeof lifecycleStates

const following: Readonly<Record<LifecycleState, readonly LifecycleState[]>> = {
  starting: ['running', 'draining', 'failed'],
  running: ['held', 'draining', 'failed'],
  held: ['running', 'draining', 'failed'],
  draining: ['stopped', 'failed'],
  stopped: [],
  failed: []
}

export class Lifecycle {
  #state: LifecycleState = 'starting'
  readonly #moved: (state: LifecycleState) => void

  constructor(moved: (state: LifecycleState) => void) {
    this.#moved = moved
  }

  get state(): LifecycleState {
    return this.#state
  }

  /** Throws if that state can't follow the present one. */
  move(to: LifecycleState): void {
    if (!following[this.#state].includes(to)) throw new Error(`a processor that is ${this.#state} can't be ${to}`)
    this.#state = to
    this.#moved(to)
  }
}
