import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ShelfMap } from './shelf-map.ts'

test('it has what a map would have, and each value of it stays as it was', () => {
  const step = fc.record({
    key: fc.string({ maxLength: 3 }),
    value: fc.option(fc.nat(), { nil: undefined }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const map = new Map<string, number>()
      let shelves = new ShelfMap<number>()
      for (const { key, value } of steps) {
        const [before, held] = [shelves, map.get(key)]
        shelves = shelves.with(key, value)
        expect(before.get(key)).toBe(held)
        if (value === undefined) map.delete(key)
        else map.set(key, value)
      }
      expect(new Set(shelves.keys())).toEqual(new Set(map.keys()))
      const kept = (values: Iterable<number>) => [...values].toSorted((a, b) => a - b)
      expect(kept(shelves.values())).toEqual(kept(map.values()))
      expect(shelves.size).toBe(map.size)
      for (const [key, value] of map) expect(shelves.get(key)).toBe(value)
      const even = shelves.filter((value) => value % 2 === 0)
      expect(even.size).toBe([...map.values()].filter((value) => value % 2 === 0).length)
    }),
  )
})

test('a change copies a small part: a reservation costs the same, however many there are', () => {
  let shelves = new ShelfMap<number>()
  const copied = (): number => {
    let most = 0
    const spied = new Proxy(Map, {
      construct: (target, [from]: [Map<string, number>?]) => {
        most = Math.max(most, from?.size ?? 0)
        return new target(from)
      },
    })
    const plain = globalThis.Map
    globalThis.Map = spied
    try {
      shelves = shelves.with('one more', 1)
    } finally {
      globalThis.Map = plain
    }
    return most
  }
  for (let id = 0; id < 20_000; id++) shelves = shelves.with(`${id}`.padStart(64, '0'), id)
  expect(copied()).toBeLessThan(400)
})
