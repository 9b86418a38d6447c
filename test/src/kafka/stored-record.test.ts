import { expect, test } from 'vitest'
import { parsePosition, positionText } from '../../../src/kafka/stored-record.ts'

test('a position reads back as it was written', () => {
  const position = { topic: 'user-login.v2_dlq', partition: 11, offset: Number.MAX_SAFE_INTEGER }
  expect(parsePosition(positionText(position))).toEqual(position)
})

test('where no topic is named it is the one that is meant', () => {
  expect(parsePosition('3/1042', 'dlq')).toEqual({ topic: 'dlq', partition: 3, offset: 1042 })
  expect(parsePosition('other/3/1042', 'dlq')).toEqual({ topic: 'other', partition: 3, offset: 1042 })
})

test.each(['3/1042', '', '7', 'a/b/3/4', 'a/3/-1', 'a/3/1e3', 'a/3/9007199254740992', '/3/4', 'a/3/4 ', 'ä/3/4'])(
  'is no position: %s',
  text => expect(parsePosition(text)).toBeUndefined()
)
