export interface Peer {
  readonly file: string
  /** What npm has to bring for it; the clients that Millrace itself depends on are there. */
  readonly packages: readonly string[]
}

/** The Node programs that the login job is compared with, each as the documentation of its client would have it done. */
export const peers = {
  'kafka-javascript-raw': { file: 'kafka-javascript-raw.ts', packages: [] },
  'kafka-javascript-batch': { file: 'kafka-javascript-batch.ts', packages: [] },
  kafkajs: { file: 'kafkajs.ts', packages: ['kafkajs@2.2.4', 'lz4-napi@2.10.0'] },
  platformatic: { file: 'platformatic.ts', packages: [] }
} as const satisfies Readonly<Record<string, Peer>>

export type PeerName = keyof typeof peers
