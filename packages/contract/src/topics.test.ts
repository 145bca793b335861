import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseTopic, topicKinds, topicName } from './topics.ts'

const part = fc.stringMatching(/^[A-Za-z0-9_.*+=|@-]{1,64}$/)

test('a topic’s name reads back as the topic', () => {
  const topics = fc.record({
    region: part,
    feeder: part,
    kind: fc.constantFrom(...topicKinds),
    id: part,
  })
  fc.assert(
    fc.property(topics, (topic) => {
      expect(parseTopic(topicName(topic))).toEqual(topic)
    }),
  )
})

test.each([
  '',
  'ev',
  'ev/north/f1/state',
  'ev/north/f1/state/one/two',
  'ex/north/f1/state/one',
  'ev/north/f1/other/one',
  'ev//f1/state/one',
  'ev/north//state/one',
  'ev/north/f1/state/',
  'ev/no rth/f1/state/one',
  `ev/north/f1/state/${'x'.repeat(65)}`,
])('%s is no topic', (name) => {
  expect(parseTopic(name)).toBeUndefined()
})
