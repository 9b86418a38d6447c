/** A step, run over a number of records so that the clock is read rarely. */
export interface MicroStep {
  readonly name: string
  /** Records that one call handles. */
  readonly records: number
  run(): unknown
}

/** The results are counted, so that no engine can leave the work out. */
export function each<Item>(
  name: string,
  items: readonly Item[],
  step: (item: Item, index: number) => unknown
): MicroStep {
  const run = (): number => {
    let done = 0
    for (let index = 0; index < items.length; index++) if (step(items[index], index) !== undefined) done++
    return done
  }
  return { name, records: items.length, run }
}
