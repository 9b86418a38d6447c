import Type from 'typebox'
import { definePipeline } from '../../src/index.ts'

/** The smallest pipeline that does something: words in capitals, silence left out. */
export default definePipeline({
  name: 'shout',
  input: { topic: 'words', schema: Type.Object({ word: Type.String() }) },
  outputs: { loud: { topic: 'loud-words', schema: Type.Object({ word: Type.String() }) } },
  options: {},
  rules: ['silence'],
  transform({ word }, _record, context) {
    if (word === '…') return context.filter('silence')
    context.emit('loud', { word: word.toUpperCase() })
  }
})
