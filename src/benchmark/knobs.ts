import { threadsFor } from '../pool/threads-for.ts'
import type { Environment } from '../config/environment.ts'
import type { CoreSettings } from '../config/options.ts'
import { readSettings } from '../config/settings.ts'
import type { AnyPipeline } from '../pipeline.ts'
import type { Knob } from './tune.ts'

export interface KnobOptions {
  readonly environment: Environment
  readonly pipeline: AnyPipeline
  readonly settings: CoreSettings
  readonly cores: number
  readonly memoryBytes: number
  /** The cost of a backlog. */
  backlog(settings: Environment): Promise<number>
  /** The cost of records that come at a steady rate. */
  paced(settings: Environment): Promise<number>
}

const SLAB_RECORDS = [512, 1024, 2048]
const IN_FLIGHT = [20_000, 40_000, 80_000]
const LINGERS_MS = [0, 5, 20]
/** Of the machine's memory, for slabs. */
const SLABS_SHARE = 0.25

/** What is worth trying on this machine, the most promising first. */
export function knobsOf(options: KnobOptions): Knob[] {
  const { settings, cores, backlog, paced } = options
  const workers = [1, Math.floor(cores / 2), cores - 1, cores].filter(count => count >= 1)
  const standing = settings.workers || threadsFor(cores)
  const tried = [
    { name: 'WORKERS', values: except(workers, standing).map(count => ({ WORKERS: String(count) })), measure: backlog },
    {
      name: 'SLAB_RECORDS',
      values: except(SLAB_RECORDS, settings.slabRecords).map(records => slabOf(settings, records)),
      measure: backlog
    },
    {
      name: 'MAX_IN_FLIGHT_RECORDS',
      values: except(IN_FLIGHT, settings.maxInFlightRecords).map(count => ({ MAX_IN_FLIGHT_RECORDS: String(count) })),
      measure: backlog
    },
    {
      name: 'LINGER_MS',
      values: except(LINGERS_MS, settings.lingerMs).map(linger => ({ LINGER_MS: String(linger) })),
      measure: paced
    }
  ]
  return tried
    .map(({ name, values, measure }) => ({
      name,
      candidates: values.filter(value => isPossible(value, options)),
      measure
    }))
    .filter(({ candidates }) => candidates.length > 0)
}

/** A slab has as much room for each record as it has now. */
function slabOf({ slabRecords, slabBytes }: CoreSettings, records: number): Environment {
  return { SLAB_RECORDS: String(records), SLAB_BYTES: String(Math.round((slabBytes / slabRecords) * records)) }
}

/** No contradiction with another setting, and no more memory than the machine has to give. */
function isPossible(changed: Environment, { environment, pipeline, memoryBytes }: KnobOptions): boolean {
  const { settings, problems } = readSettings({ ...environment, ...changed }, pipeline)
  const slabs = Math.floor(settings.maxInFlightRecords / settings.slabRecords)
  return problems.length === 0 && slabs * settings.slabBytes <= memoryBytes * SLABS_SHARE
}

function except(values: readonly number[], standing: number): number[] {
  return [...new Set(values)].filter(value => value !== standing)
}
