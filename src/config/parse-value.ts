import type { IntegerOption, ListOption, Names, Option, OptionValue, StringOption } from './option.ts'
import type { Objection } from './problem.ts'
import { shown } from './problem.ts'

export type Parsed<Value> = { readonly value: Value } | { readonly objection: Objection }

const NONE = 'none'
const ALL = '*'
const FEW_NAMES = 8

/** Reads the text of a setting as its option says. `name` is the variable's: it tells the unit. */
export function parseValue(name: string, option: Option, text: string): Parsed<OptionValue<Option>> {
  const parsed = parseAs(name, option, text)
  return 'objection' in parsed && option.secret ? unfit(name, option) : parsed
}

function parseAs(name: string, option: Option, text: string): Parsed<OptionValue<Option>> {
  switch (option.type) {
    case 'string':
      return parseString(name, option, text)
    case 'integer':
      return parseInteger(name, option, text)
    case 'choice':
      return parseChoice(option.values, text)
    case 'list':
      return parseList(name, option, text)
    case 'names':
      return parseNames(text)
    case 'pairs':
      return parsePairs(text)
  }
}

/** The unit that a variable's name ends with, in the plural. */
export function unitOf(name: string): string | undefined {
  if (name.endsWith('_MS')) return 'milliseconds'
  if (name.endsWith('_BYTES')) return 'bytes'
  return name.endsWith('_RECORDS') ? 'records' : undefined
}

// The value is not shown: a broker list or a topic with something else pasted into it may hold a password.
function parseString(name: string, option: StringOption, text: string): Parsed<string> {
  if (option.pattern === undefined || wholly(option.pattern, text)) return { value: text }
  return unfit(name, option)
}

function parseInteger(name: string, option: IntegerOption, text: string): Parsed<number> {
  const unit = unitOf(name)
  const quantity = unit === undefined ? 'a whole number' : `a whole number of ${unit}`
  const remedy = `write ${quantity} from ${option.min} to ${option.max}, such as ${name}=${option.example}`
  if (!/^-?\d+$/.test(text)) return refused(`${shown(text)} is not ${quantity}`, remedy)
  const value = Number(text)
  if (value < option.min) return refused(`${shown(text)} is too small`, remedy)
  return value > option.max ? refused(`${shown(text)} is too large`, remedy) : { value }
}

// Kafka's own tools write SASL_SSL, librdkafka's sasl_ssl; either is meant well.
function parseChoice(values: readonly string[], text: string): Parsed<string> {
  const value = values.find(candidate => candidate.toLowerCase() === text.toLowerCase())
  return value === undefined ? refused(`${shown(text)} is not known`, `choose one of ${values.join(', ')}`) : { value }
}

function parseList(name: string, { pattern, example }: ListOption, text: string): Parsed<readonly string[]> {
  const list = splitItems(text)
  if ('objection' in list || pattern === undefined) return list
  const odd = list.value.find(item => !wholly(pattern, item))
  return odd === undefined ? list : refused(`${shown(odd)} is not allowed in it`, `write it like ${name}=${example}`)
}

function parseNames(text: string): Parsed<Names> {
  if (text === ALL) return { value: { all: true, names: [], has: () => true } }
  if (text === '') return { value: { all: false, names: [], has: () => false } }
  const list = splitItems(text)
  if ('objection' in list) return list
  if (list.value.includes(ALL)) return refused('* stands beside other names', 'write * alone for all, or leave it out')
  const names = list.value
  // A set needs the hash of each name it is asked for, which takes longer than comparing a few.
  const set = new Set(names)
  const has = names.length <= FEW_NAMES ? (name: string) => names.includes(name) : (name: string) => set.has(name)
  return { value: { all: false, names, has } }
}

function parsePairs(text: string): Parsed<Readonly<Record<string, string>>> {
  const list = splitItems(text)
  if ('objection' in list) return list
  const pairs = list.value.map(item => item.split(/=(.*)/s, 2))
  const odd = pairs.findIndex(([name, value]) => !name || !value)
  if (odd !== -1)
    return refused(`item ${odd + 1} is not name=value`, 'write name=value pairs separated by commas, or none')
  const names = pairs.map(([name]) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) return refused(`${shown(twice)} has two values`, 'leave one of them out')
  return { value: Object.fromEntries(pairs) }
}

function splitItems(text: string): Parsed<readonly string[]> {
  if (text === NONE || text === '') return { value: [] }
  const items = text.split(',').map(item => item.trim())
  if (items.includes(''))
    return refused('has an empty item', 'separate the items by single commas, without one at the end')
  const twice = items.find((item, index) => items.indexOf(item) !== index)
  return twice === undefined ? { value: items } : refused(`names ${shown(twice)} twice`, 'leave one of them out')
}

function wholly(pattern: RegExp, text: string): boolean {
  return new RegExp(`^(?:${pattern.source})$`, pattern.flags).test(text)
}

function unfit(name: string, option: Option): { readonly objection: Objection } {
  return refused('is not of the form it should have', `write it like ${name}=${option.example}`)
}

function refused(wrong: string, remedy: string): { readonly objection: Objection } {
  return { objection: { wrong, remedy } }
}
