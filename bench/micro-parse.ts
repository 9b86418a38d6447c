import { UserLogin } from '../pipelines/user-login/schema.ts'
import { scanJson } from '../workers/json-scan.ts'
import { createJsonParser } from '../workers/parse.ts'
import { each, type MicroStep } from './micro-step.ts'

const fields = Object.keys(UserLogin.properties)
const rules = { maxDepth: 32, rejectDuplicateKeys: false, stringFields: fields }

/** Orders of the fields, as several producers may have. */
const orders = [fields, fields.toReversed(), fields.toSorted(), [...fields.slice(3), ...fields.slice(0, 3)]]

/** Bytes to objects. Sample logins come in two layouts. */
export function parsingSteps(texts: readonly string[]): MicroStep[] {
  const logins = texts.map(text => JSON.parse(text) as object)
  const laidOut = (layouts: number) =>
    logins.map((login, index) => JSON.stringify(login, orders[mixed(index) % layouts]))
  const unknown = logins.map((login, index) => JSON.stringify({ ...login, [`field_${index}`]: 1 }))
  const places = inMemory(texts)
  return [
    each('JSON.parse of a string', texts, text => JSON.parse(text)),
    parsing('parse: one layout', laidOut(1)),
    parsing('parse: sample logins', texts),
    parsing('parse: four layouts mixed', laidOut(4)),
    parsing('parse: each record of another layout', unknown),
    each('scan (only where parse failed)', places, ({ bytes, start, end }) => scanJson(bytes, start, end, rules))
  ]
}

function parsing(name: string, texts: readonly string[]): MicroStep {
  const parser = createJsonParser(rules)
  return each(name, inMemory(texts), ({ bytes, start, end }) => parser.parse(bytes, start, end))
}

interface TextPlace {
  readonly bytes: Buffer
  readonly start: number
  readonly end: number
}

/** One behind the other in shared memory, as in a slab. */
function inMemory(texts: readonly string[]): TextPlace[] {
  const all = Buffer.from(texts.join(''))
  const bytes = Buffer.from(new SharedArrayBuffer(all.length))
  all.copy(bytes)
  let end = 0
  return texts.map(text => {
    const start = end
    end += Buffer.byteLength(text)
    return { bytes, start, end }
  })
}

/** In no order that a processor could foresee. */
function mixed(index: number): number {
  return Math.imul(index + 1, 0x9e3779b1) >>> 16
}
