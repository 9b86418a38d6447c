import type { RowWriter } from '../../src/slabs/rows.ts'
import type { Slab } from '../../src/slabs/slab.ts'
import type { JsonDraft } from '../json-draft.ts'
import type { JsonParser } from '../parse.ts'
import type { Serialize } from '../serialize.ts'
import type { DecodeFailure, InputCodec, OutputCodec } from './codec.ts'

export class JsonInput implements InputCodec {
  readonly #parser: JsonParser

  constructor(parser: JsonParser) {
    this.#parser = parser
  }

  get failure(): DecodeFailure {
    const { reason, byte } = this.#parser.failure
    return { reason, message: byte < 0 ? reason : `${reason}@${byte}` }
  }

  decode({ bytes, keyEnd, valueEnd }: Slab, record: number): Record<string, unknown> | undefined {
    return this.#parser.parse(bytes, keyEnd[record], valueEnd[record])
  }

  learn(): void {}
}

export class JsonOutput implements OutputCodec {
  readonly #serialize: Serialize
  readonly #draft: JsonDraft | undefined

  /** `draft` writes the same as `serialize`, or nothing, in half the time. */
  constructor(serialize: Serialize, draft?: JsonDraft) {
    this.#serialize = serialize
    this.#draft = draft
  }

  write(rows: RowWriter, value: object, input: Readonly<Record<string, unknown>>): void {
    if (!this.#writeDraft(rows, value)) rows.setValue(this.#serialize(value, input))
  }

  #writeDraft(rows: RowWriter, value: object): boolean {
    const draft = this.#draft
    const json = draft?.of(value)
    return draft !== undefined && json !== undefined && rows.setDraft(json, draft.strings)
  }

  learn(): void {}
}
