const UNITS: readonly (readonly [unitMs: number, name: string])[] = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1000, 'second']
]

/** `7 days`, `90 minutes`, `1,500 ms`: in the largest unit that comes out even; `for ever` without an end. */
export function durationText(durationMs: number): string {
  if (durationMs === Infinity) return 'for ever'
  const [unitMs, name] = UNITS.find(([unitMs]) => durationMs >= unitMs && durationMs % unitMs === 0) ?? [1, 'ms']
  const count = durationMs / unitMs
  if (name === 'ms') return `${count.toLocaleString('en')} ms`
  return `${count.toLocaleString('en')} ${name}${count === 1 ? '' : 's'}`
}

/** As Kafka's settings have it: -1 is without end. */
export function retentionSetting(durationMs: number): string {
  return durationMs === Infinity ? '-1' : String(durationMs)
}

export function bytesText(bytes: number): string {
  return `${bytes.toLocaleString('en')} bytes`
}
