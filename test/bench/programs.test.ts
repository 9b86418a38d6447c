import { expect, test } from 'vitest'
import { otherPrograms, ownPrograms } from '../../bench/programs.ts'

const silent = () => undefined

test('Millrace is measured on each transport, or on the one that TRANSPORT names', () => {
  const transports = (transport?: string) => ownPrograms(transport, silent, true).map(of => of.environment.TRANSPORT)
  expect(transports()).toEqual(['native', 'kafka-javascript'])
  expect(transports('auto')).toEqual(['native', 'kafka-javascript'])
  expect(transports('kafka-javascript')).toEqual(['kafka-javascript'])
})

test('where the addon is not built, that is said', () => {
  const said: string[] = []
  expect(ownPrograms(undefined, line => said.push(line), false)).toHaveLength(1)
  expect(said).toEqual([expect.stringContaining('TRANSPORT=native is left out')])
  ownPrograms('kafka-javascript', line => said.push(line), false)
  expect(said).toHaveLength(1)
})

test('programs of the command line take part as they are', () => {
  const [go] = otherPrograms({ peers: [], programs: new Map([['go', './login-go -x']]) }, silent)
  expect(go).toMatchObject({ name: 'go', command: './login-go -x' })
})
