const GAP = '  '

/** Right-aligned unless it is text. */
export interface Column {
  readonly heading: string
  readonly isText?: true
}

/**
 * A table as lines; where it is wider than the terminal, a block for each row instead, which begins with the row's first
 * cells.
 */
export function tableLines(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string[] {
  const widths = columns.map(({ heading }, column) => Math.max(heading.length, ...rows.map(row => row[column].length)))
  const total = widths.reduce((sum, each) => sum + each + GAP.length, 0)
  if (total > width) return rows.flatMap(row => block(columns, row))
  const line = (cells: readonly string[]) =>
    (GAP + cells.map((cell, at) => aligned(cell, widths[at], columns[at])).join(GAP)).trimEnd()
  return [line(columns.map(({ heading }) => heading)), ...rows.map(line)]
}

function aligned(cell: string, width: number, { isText }: Column): string {
  return isText ? cell.padEnd(width) : cell.padStart(width)
}

function block(columns: readonly Column[], row: readonly string[]): string[] {
  const [name, ...values] = row
  const labels = columns.slice(1).map(({ heading }) => heading)
  const longest = Math.max(...labels.map(({ length }) => length))
  return [`${GAP}${name}`, ...values.map((value, at) => `${GAP}${GAP}${labels[at].padEnd(longest)}${GAP}${value}`)]
}
