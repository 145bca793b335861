import { expect, test } from 'vitest'
import { displacedBy, withAlerts, type WaitingAlerts } from './waiting-alerts.ts'

const numbers = (from: number, most: number) =>
  Array.from({ length: most }, (_, index) => `${from + index}`)

test('of more than sixty-four the oldest go, and it is known which', () => {
  const full: WaitingAlerts = { last: 64n, waiting: numbers(1, 64) }
  expect(displacedBy(full, numbers(65, 2))).toEqual(['1', '2'])
  expect(withAlerts(full, numbers(65, 2))).toEqual({ last: 66n, waiting: numbers(3, 64) })
  expect(displacedBy({ last: 62n, waiting: numbers(1, 62) }, numbers(63, 2))).toEqual([])
})
