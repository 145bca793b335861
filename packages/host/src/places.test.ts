import { expect, test } from 'vitest'
import { createPlaces } from './places.ts'

/** Four places; who has left is told by name. */
function door() {
  const left: string[] = []
  const places = createPlaces(4)
  return {
    left,
    come: (address: string, name: string) => places.take(address, () => left.push(name)),
  }
}

test('whoever comes again and again from one address takes places from itself alone', () => {
  const { left, come } = door()
  come('charger', 'charger')
  for (let time = 1; time <= 9; time += 1) come('stranger', `stranger ${time}`)
  expect(left).toEqual([1, 2, 3, 4, 5, 6].map((time) => `stranger ${time}`))
})

test('whoever comes to places that are full of one address has one of them', () => {
  const { left, come } = door()
  for (let time = 1; time <= 4; time += 1) come('stranger', `stranger ${time}`)
  come('charger', 'charger')
  expect(left).toEqual(['stranger 1'])
  // As many from one as from the other: the one that has come longest ago.
  for (const address of ['a', 'b', 'c', 'd']) come(address, address)
  expect(left).toEqual(['stranger 1', 'stranger 2', 'stranger 3', 'stranger 4', 'charger'])
})

test('a place that is kept is left for nobody, and free when it is over', () => {
  const { left, come } = door()
  const kept = [1, 2, 3, 4].map((time) => come('device', `device ${time}`))
  for (const place of kept) place?.keep()
  expect(come('stranger', 'stranger')).toBeUndefined()
  kept[2]?.free()
  expect(come('stranger', 'stranger')).toBeDefined()
  expect(left).toEqual([])
})
