import type { CoreSettings } from './config/options.ts'
import type { Logger } from './telemetry/logger.ts'
import { LARGE_JSON_BYTES, loadSimdjson, type ParseJson } from '../workers/large-json.ts'
import { tryLargeJson } from '../workers/large-json-trial.ts'

/** What `LARGE_JSON` becomes for the workers: what is set, if that can be had and is faster here. Says which it is. */
export function chooseLargeJson(
  { largeJson }: Pick<CoreSettings, 'largeJson'>,
  log: Pick<Logger, 'info' | 'warn'>,
  simdjson: () => ParseJson | undefined = loadSimdjson
): CoreSettings['largeJson'] {
  if (largeJson === 'off') return 'off'
  const parse = simdjson()
  if (parse === undefined) {
    log.warn(
      {},
      'LARGE_JSON=simdjson: the optional package simdjson is not built here, so JSON.parse is used; `npm run build:simdjson` builds it'
    )
    return 'off'
  }
  const { isFaster, simdjsonUs, jsonParseUs } = tryLargeJson(parse)
  const chosen = isFaster ? 'simdjson' : 'JSON.parse'
  log.info(
    { simdjsonUs, jsonParseUs },
    `values of ${LARGE_JSON_BYTES} bytes and more are parsed by ${chosen}, which is faster here`
  )
  return isFaster ? 'simdjson' : 'off'
}
