interface Client {
  connect(): Promise<void>
  disconnect(): Promise<void>
}

/** The Kafka clients that a command has connected, to be closed together at its end. */
export class OpenClients {
  readonly #onUnclosed: () => void
  readonly #open: Client[] = []

  constructor(onUnclosed: () => void) {
    this.#onUnclosed = onUnclosed
  }

  async connect<C extends Client>(client: C): Promise<C> {
    await client.connect()
    this.#open.push(client)
    return client
  }

  /** One that does not close keeps no result back: the process then ends without waiting for its threads. */
  async close(): Promise<void> {
    const closed = await Promise.allSettled(this.#open.splice(0).map(client => client.disconnect()))
    if (closed.some(({ status }) => status === 'rejected')) this.#onUnclosed()
  }
}
