import { expect, test } from 'vitest'
import { topicFilter } from './filter.ts'

test.each([
  ['#', 'ev/eastern/feeder-1/state/station-1', true],
  ['ev/#', 'ev/eastern/feeder-1/state/station-1', true],
  ['ev/eastern/feeder-1/state/station-1', 'ev/eastern/feeder-1/state/station-1', true],
  ['ev/+/+/state/+', 'ev/eastern/feeder-1/state/station-1', true],
  ['ev/+/+/state/+', 'ev/eastern/feeder-1/refusal/station-1', false],
  ['ev/eastern/+', 'ev/eastern/feeder-1/state/station-1', false],
  ['ev/eastern/feeder-1/state/station-1/+', 'ev/eastern/feeder-1/state/station-1', false],
  ['ev/west/#', 'ev/eastern/feeder-1/state/station-1', false],
])('%s takes %s: %s', (filter, name, expected) => {
  expect(topicFilter(filter)(name)).toBe(expected)
})

test.each(['', 'ev//state', 'ev/#/state', 'ev/st+', 'ev/state#', '/ev'])(
  'not a filter: "%s"',
  (filter) => {
    expect(() => topicFilter(filter)).toThrow(TypeError)
  },
)
