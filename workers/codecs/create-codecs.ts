import type { CoreSettings } from '../../src/config/options.ts'
import type { AnyPipeline, OutputDefinition } from '../../src/pipeline.ts'
import { compileDraft } from '../json-draft.ts'
import { largeParser } from '../large-json.ts'
import { createJsonParser } from '../parse.ts'
import { createSerializer, type Serialize } from '../serialize.ts'
import { AvroInput } from './avro-input.ts'
import { AvroOutput } from './avro-output.ts'
import type { InputCodec, OutputCodec } from './codec.ts'
import { JsonInput, JsonOutput } from './json.ts'

/** @throws if the pipeline has no Avro schema and the settings ask for one; they are refused before it comes to that. */
export function createInputCodec({ input }: AnyPipeline, settings: CoreSettings): InputCodec {
  if (settings.inputCodec === 'avro') return new AvroInput(given(input.avro), settings.extraFields)
  const parser = createJsonParser({
    maxDepth: settings.maxDepth,
    rejectDuplicateKeys: settings.rejectDuplicateKeys === 'on',
    stringFields: Object.keys(input.schema.properties),
    parseLarge: settings.largeJson === 'off' ? undefined : largeParser()
  })
  return new JsonInput(parser)
}

/** By output index. */
export function createOutputCodecs({ input, outputs }: AnyPipeline, settings: CoreSettings): OutputCodec[] {
  const definitions: OutputDefinition[] = Object.values(outputs)
  return definitions.map((output, index) => {
    if (settings.outputCodec === 'avro') return new AvroOutput(given(output.avro), index)
    const keepsExtra = settings.extraFields === 'keep'
    const serializer = () => createSerializer(output.schema, input.schema, keepsExtra)
    const draft = keepsExtra ? undefined : compileDraft(output.schema)
    return draft === undefined ? new JsonOutput(serializer()) : new JsonOutput(whenNeeded(serializer), draft)
  })
}

/** A row that a draft can't write may never come, and fast-json-stringify costs a thread 30 ms. */
function whenNeeded(create: () => Serialize): Serialize {
  let serialize: Serialize | undefined
  return (value, input) => (serialize ??= create())(value, input)
}

function given(avro: object | undefined): object {
  if (avro === undefined) throw new Error('the pipeline has no Avro schema')
  return avro
}
