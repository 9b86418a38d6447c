import type { OptionTable } from '../option.ts'

const section = 'Logs'

export const logOptions = {
  logLevel: {
    type: 'choice',
    default: 'info',
    values: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
    what: 'The least important lines that are logged.',
    why: 'State changes and their causes; nothing a record.',
    example: 'debug',
    section
  },
  logFormat: {
    type: 'choice',
    default: 'auto',
    values: ['auto', 'json', 'pretty'],
    what: 'json is a JSON object a line, pretty is for people; auto is pretty on a terminal and json elsewhere.',
    why: 'People read terminals, programs read pipes and files.',
    example: 'json',
    section
  }
} as const satisfies OptionTable
