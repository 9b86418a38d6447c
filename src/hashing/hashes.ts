/** Lower-case hexadecimal, 64 characters, of the text's UTF-8. */
export type TextHash = (text: string) => string

/** What any way to hash has to offer; they agree on every text and every key. */
export interface Hashes {
  readonly sha256: TextHash
  /** The key is not kept: its owner may overwrite it. */
  createHmac(key: Uint8Array): TextHash
}
