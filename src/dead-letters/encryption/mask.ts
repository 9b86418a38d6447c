import { membersOf, type JsonMember } from '../../../workers/json-members.ts'
import type { Header } from '../../pipeline.ts'
import { encrypt, seal } from './cipher.ts'
import { encryptionHeaders, HIDDEN_NAME, TOKEN_PREFIX } from './encryption.ts'
import type { EncryptionKey } from './keys.ts'
import type { ReadableFields } from './readable-fields.ts'

/** A value as a dead letter carries it, and the headers by which it is restored. */
export interface MaskedValue {
  readonly value: Buffer
  readonly headers: readonly Header[]
}

export interface MaskOptions {
  readonly key: EncryptionKey
  /** Undefined where nothing of a value can be read. */
  readonly readable: ReadableFields | undefined
  /** Of a value that is masked by fields. */
  readonly maxDepth: number
}

/** More fields than these are not worth the time: the value is encrypted whole. */
const MOST_FIELDS = 64

/** Encrypts what is personal in the values of dead letters. `place`: where the record was read, to which it is bound. */
export class Mask {
  readonly #options: MaskOptions

  constructor(options: MaskOptions) {
    this.#options = options
  }

  /** The whole value, without a look at it. */
  whole(bytes: Buffer, start: number, end: number, place: string): MaskedValue {
    const { key } = this.#options
    const value = encrypt(key.key, 'value', place, bytes.subarray(start, end))
    return { value, headers: encryptionHeaders('value', key) }
  }

  /**
   * Every field but those that can be read; undefined where the value is no JSON object, or has too many. The value stays
   * JSON, and every byte that is not part of what is encrypted stays where it is.
   */
  fields(bytes: Buffer, start: number, end: number, place: string): MaskedValue | undefined {
    const { key, readable, maxDepth } = this.#options
    const members = readable && membersOf(bytes, start, end, maxDepth)
    const hidden = members?.filter(member => !this.#canBeRead(bytes, member))
    if (hidden === undefined || hidden.length > MOST_FIELDS) return undefined
    const pieces: Uint8Array[] = []
    let at = start
    for (const member of hidden) {
      const hasName = readable!.hasName(member.name)
      const from = hasName ? member.valueStart : member.nameStart
      pieces.push(bytes.subarray(at, from), this.#token(bytes.subarray(from, member.valueEnd), hasName, place))
      at = member.valueEnd
    }
    const value = Buffer.concat([...pieces, bytes.subarray(at, end)])
    return { value, headers: encryptionHeaders('fields', key, seal(key.key, place, value)) }
  }

  #canBeRead(bytes: Buffer, { name, valueStart, valueEnd }: JsonMember): boolean {
    return this.#options.readable!.hasValue(name, bytes, valueStart, valueEnd)
  }

  #token(text: Uint8Array, hasName: boolean, place: string): Buffer {
    const encrypted = encrypt(this.#options.key.key, 'field', place, text).toString('base64')
    return Buffer.from(`${hasName ? '' : `"${HIDDEN_NAME}":`}"${TOKEN_PREFIX}${encrypted}"`)
  }
}
