import type { AvroRecordType } from '../../src/avro/avsc.ts'
import { writeTo } from '../../src/avro/encode.ts'
import { recordType } from '../../src/avro/record-type.ts'
import type { TaskSchemas } from '../../src/pool/protocol.ts'
import type { RowWriter } from '../../src/slabs/rows.ts'
import type { OutputCodec } from './codec.ts'

/** Writes rows of one output in the registry's wire format, right into the slab. */
export class AvroOutput implements OutputCodec {
  readonly #type: AvroRecordType
  readonly #output: number
  #id: number | undefined
  readonly #encode = (value: object, bytes: Buffer, at: number): number => {
    if (this.#id === undefined) throw new Error('nobody has said what number the schema of the output has')
    return writeTo(this.#type, this.#id, value, bytes, at)
  }

  constructor(schema: object, output: number) {
    this.#type = recordType(schema)
    this.#output = output
  }

  learn({ outputIds }: TaskSchemas): void {
    this.#id = outputIds[this.#output]
  }

  write(rows: RowWriter, value: object): void {
    rows.setEncoded(this.#encode, value)
  }
}
