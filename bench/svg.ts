/** Charts for the documents, drawn as SVG by hand: a few bars need no library. */

const FONT = 'system-ui, -apple-system, Segoe UI, sans-serif'
const WIDTH = 720
const LABELS = 190
const VALUES = 130
const ROW = 30
const BAR = 16
const TOP = 64
const BOTTOM = 18

export interface Bar {
  readonly label: string
  /** The bar ends here; with `from`, it is a stretch that begins there, with a mark at each end. */
  readonly value: number
  readonly from?: number
  /** What stands behind it. */
  readonly text: string
  /** Ours, and not one that it is compared with. */
  readonly isOwn: boolean
}

export interface Chart {
  readonly title: string
  readonly subtitle: string
  readonly bars: readonly Bar[]
}

/** Bars from left to right, each with its name and figure. Follows the reader's light or dark colours. */
export function renderChart({ title, subtitle, bars }: Chart): string {
  const height = TOP + bars.length * ROW + BOTTOM
  const highest = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE)
  const scale = (WIDTH - LABELS - VALUES) / highest
  const described = bars.map(({ label, text }) => `${label}: ${text}`).join('; ')
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escaped(`${title}. ${described}`)}">`,
    STYLE,
    `<rect class="ground" width="${WIDTH}" height="${height}" rx="6"/>`,
    `<text class="title" x="20" y="30">${escaped(title)}</text>`,
    `<text class="subtitle" x="20" y="50">${escaped(subtitle)}</text>`,
    ...bars.map((bar, index) => renderBar(bar, TOP + index * ROW, scale)),
    '</svg>',
    ''
  ].join('\n')
}

function renderBar({ label, value, from = 0, text, isOwn }: Bar, y: number, scale: number): string {
  const start = LABELS + from * scale
  const width = Math.max(2, (value - from) * scale)
  const middle = y + ROW / 2 + 4
  const shape = `<rect class="${isOwn ? 'own' : 'other'}" x="${round(start)}" y="${y + (ROW - BAR) / 2}" width="${round(width)}" height="${BAR}" rx="2"/>`
  return [
    `<text class="${isOwn ? 'label strong' : 'label'}" x="${LABELS - 10}" y="${middle}" text-anchor="end">${escaped(label)}</text>`,
    shape,
    `<text class="value" x="${round(start + width + 8)}" y="${middle}">${escaped(text)}</text>`
  ].join('\n')
}

const STYLE = `<style>
text { font-family: ${FONT}; font-size: 13px; fill: #1f2328; }
.title { font-size: 16px; font-weight: 600; }
.subtitle { fill: #59636e; }
.strong { font-weight: 600; }
.value { font-variant-numeric: tabular-nums; }
.ground { fill: #ffffff; }
.own { fill: #0969da; }
.other { fill: #afb8c1; }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3; }
.subtitle { fill: #9198a1; }
.ground { fill: #0d1117; }
.own { fill: #4493f8; }
.other { fill: #545d68; }
}
</style>`

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
