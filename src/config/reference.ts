import { ownedProperties, typedProperties } from './librdkafka.ts'
import type { Option, OptionTable } from './option.ts'
import { environmentName } from './option.ts'
import { namedOptions, secretFileName } from './options.ts'
import { unitOf } from './parse-value.ts'

const TERMINAL_COLUMNS = 80
const FILE_COLUMNS = 100

type Named = readonly [name: string, option: Option]

/** All settings for `--help`, fit for a terminal of 80 columns. */
export function helpText(table: OptionTable): string {
  const sections = bySection(table).map(([section, options]) => [section, ...options.map(helpEntry)].join('\n'))
  return `${sections.join('\n\n')}\n`
}

/** The reference page, as Markdown. */
export function referencePage(table: OptionTable): string {
  const sections = bySection(table).map(([section, options]) =>
    [`## ${section}`, ...options.map(pageEntry)].join('\n\n')
  )
  return `${[INTRODUCTION, ...sections, passThroughPage()].join('\n\n')}\n`
}

/** Every setting with its default, commented out, for `.env.example`. */
export function environmentExample(table: OptionTable): string {
  const sections = bySection(table).map(([section, options]) =>
    [`# ${section}\n# ${'-'.repeat(section.length)}`, ...options.map(exampleEntry)].join('\n\n')
  )
  return `${[EXAMPLE_INTRODUCTION, ...sections].join('\n\n')}\n`
}

function helpEntry([name, option]: Named): string {
  return [`  ${name}${shownDefault(option)}`, ...wrap(description(name, option), TERMINAL_COLUMNS, '      ')].join('\n')
}

function pageEntry([name, option]: Named): string {
  const facts = [
    `- Value: ${allowed(name, option) || 'text'}`,
    `- Default: ${option.default === undefined ? 'none' : code(option.default)}. ${option.why}`,
    `- Example: \`${name}=${option.example}\``
  ]
  return [`### \`${name}\``, option.what, facts.join('\n')].join('\n\n')
}

// What has no default shows its example: an empty line would teach nobody anything.
function exampleEntry([name, option]: Named): string {
  const value = option.default === undefined ? option.example : option.default
  const note = option.default === undefined ? ' Not set by default; this is an example.' : ''
  return [...wrap(description(name, option) + note, FILE_COLUMNS, '# '), `#${name}=${value}`].join('\n')
}

function description(name: string, option: Option): string {
  const values = allowed(name, option)
  return values === '' ? option.what : `${option.what} ${values.charAt(0).toUpperCase()}${values.slice(1)}.`
}

/** What may be written, in words; nothing where that is any text. */
function allowed(name: string, option: Option): string {
  const file = option.secret ? `a secret, also read from the file that ${secretFileName(name)} names` : ''
  return [allowedByType(name, option), file].filter(Boolean).join('; ')
}

function allowedByType(name: string, option: Option): string {
  switch (option.type) {
    case 'string':
      return ''
    case 'integer':
      return `whole number${unitOf(name) ? ` of ${unitOf(name)}` : ''}, ${option.min} to ${option.max}`
    case 'choice':
      return `one of ${option.values.join(', ')}`
    case 'list':
      return 'list, separated by commas; none alone is the empty list'
    case 'names':
      return 'list of exact names, separated by commas; * alone means all'
    case 'pairs':
      return 'name=value pairs, separated by commas; none alone is no pair'
  }
}

function shownDefault(option: Option): string {
  return option.default === undefined ? '' : `=${option.default}`
}

function code(value: string | number): string {
  return value === '' ? 'empty' : `\`${value}\``
}

function bySection(table: OptionTable): readonly (readonly [string, readonly Named[]])[] {
  return [...Map.groupBy(namedOptions(table), ([, option]) => option.section)]
}

function wrap(text: string, columns: number, indent: string): string[] {
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines[lines.length - 1]
    if (line === '') lines[lines.length - 1] = word
    else if (indent.length + line.length + 1 + word.length <= columns) lines[lines.length - 1] = `${line} ${word}`
    else lines.push(word)
  }
  return lines.map(line => indent + line)
}

function passThroughPage(): string {
  const typed = Object.entries(typedProperties).map(
    ([option, properties]) => `- \`${environmentName(option)}\`: ${properties.map(code).join(', ')}`
  )
  const byReason = Map.groupBy(Object.keys(ownedProperties), property => ownedProperties[property])
  const owned = [...byReason].map(([reason, properties]) => `- ${properties.map(code).join(', ')}: ${reason}.`)
  return [PASS_THROUGH, typed.join('\n'), PASS_THROUGH_OWNED, owned.join('\n')].join('\n\n')
}

const INTRODUCTION = `# Configuration

<!-- Written by \`node src/config/write-reference.ts\` from the options in src/config; edit those instead. -->

Millrace is configured by environment variables. Names are plain, and end with their unit: \`_MS\`, \`_BYTES\`, \`_RECORDS\`.

- An empty value counts as unset.
- At start everything is checked, and all mistakes are listed in one message; the process then ends with code 2.
- A name that begins with \`MILLRACE_\`, and one that looks like a setting misspelt, is a mistake too.
- A secret can be given as the path of a file instead, under its name with \`_FILE\`. One newline at its end is left out.
- Words to choose from may be written in upper or lower case.`

const EXAMPLE_INTRODUCTION = `# Written by \`node src/config/write-reference.ts\` from the options in src/config; edit those instead.
# Every setting of Millrace with its default. Why it is what it is: docs/configuration.md.`

const PASS_THROUGH = `## librdkafka's own properties

Any other property of librdkafka can be passed to its consumer and its producer: \`LIBRDKAFKA_CONSUMER_\` or
\`LIBRDKAFKA_PRODUCER_\`, then its name in upper case with underscores for dots. \`fetch.max.bytes\` is
\`LIBRDKAFKA_CONSUMER_FETCH_MAX_BYTES\`.

These are refused, as a setting sets them:`

const PASS_THROUGH_OWNED = `And these, as what Millrace promises rests on them:`
