/** The public API: what a pipeline's author imports. Loads no Kafka client, as pipelines are loaded in workers too. */
export { definePipeline } from './pipeline.ts'
export { createHmacSha256, sha256Hex } from './hashing.ts'
export type {
  AnyPipeline,
  EmitChanges,
  Header,
  ObjectSchema,
  OutputDefinition,
  PipelineDefinition,
  RecordInfo,
  TransformContext
} from './pipeline.ts'
export type { Option, OptionTable, Settings } from './config/option.ts'
export type { CreatedProcessor } from './create-processor.ts'
export type { Processor } from './running-processor.ts'
export type { Ending } from './processor-options.ts'
export type { Snapshot } from './telemetry/snapshot.ts'

/** Makes a processor from environment variables; see `src/create-processor.ts`. Loads the Kafka client when called. */
export async function createProcessor(
  environment: Readonly<Record<string, string | undefined>>
): Promise<import('./create-processor.ts').CreatedProcessor> {
  const { createProcessor: create } = await import('./create-processor.ts')
  return create(environment)
}

/** Runs records through a pipeline without Kafka; see `src/test-pipeline.ts`. */
export async function testPipeline(
  ...args: Parameters<typeof import('./test-pipeline.ts').testPipeline>
): Promise<import('./test-pipeline.ts').TestResult[]> {
  const { testPipeline: test } = await import('./test-pipeline.ts')
  return test(...args)
}
