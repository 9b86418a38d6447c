/** librdkafka's properties, by their names there. */
export type Properties = Readonly<Record<string, string | number | boolean>>

/** What librdkafka gives as an error, whichever binding it comes by. */
export interface ClientError {
  readonly code: number
  readonly message: string
}
