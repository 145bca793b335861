import { inHours, inMinutes, instant, plus } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { returned, returning, withUse } from './arm-uses.ts'
import { newCharger } from './charger.ts'

const now = instant(Date.UTC(2026, 0, 5))
const until = plus(now, inMinutes(10))
const relief = (reference: string) => ({ ceilingWatts: 0, from: now, until, reference })
const idle = newCharger(now)
const override = { action: 'charge', limitWatts: 7_400, until, by: 'arm', reference: 'a' } as const
const { reference: _, ...word } = override
const gesture = { ...word, by: 'gesture' } as const
const once = { a: { changes: 1, lastAt: now } }

test('whatever an arm stands on returns when it is gone', () => {
  for (const standing of [{ override }, { response: relief('a') }, { dispatch: relief('a') }]) {
    expect(returning([{ ...idle, ...standing }], idle, once)).toEqual(['a'])
    expect(returning([idle, { ...idle, ...standing }], idle, once)).toEqual(['a'])
    expect(returning([{ ...idle, ...standing }], { ...idle, ...standing }, once)).toEqual([])
  }
})

test('what another arm, or a press of the button, replaced has returned', () => {
  const before = { ...idle, override }
  const other = { ...idle, override: { ...override, reference: 'b' } }
  const pressed = { ...idle, override: gesture }
  expect(returning([before], other, once)).toEqual(['a'])
  expect(returning([before], pressed, once)).toEqual(['a'])
})

test('an arm with two reliefs returns when the last one ends', () => {
  const both = { ...idle, response: relief('a'), dispatch: relief('a') }
  const one = { ...idle, dispatch: relief('a') }
  expect(returning([both], one, once)).toEqual([])
  expect(returning([both], idle, once)).toEqual(['a'])
})

test('an arm returns once, and only after it has moved something', () => {
  const before = { ...idle, dispatch: relief('a') }
  expect(returning([before], idle, { a: { changes: 2, lastAt: now } })).toEqual([])
  expect(returning([before], idle, {})).toEqual([])
})

test('the return is the second use, and leaves the other arms as they are', () => {
  const uses = { ...once, b: { changes: 1, lastAt: now } }
  expect(returned(uses, ['a'], until)).toEqual({ ...uses, a: { changes: 2, lastAt: until } })
})

test('uses do not pile up, and none is forgotten while its arm may be in its window', () => {
  let uses: Readonly<Record<string, { changes: number; lastAt: typeof now }>> = {}
  for (let halfHour = 0; halfHour < 200; halfHour++) {
    const lastAt = plus(now, inMinutes(30 * halfHour))
    uses = withUse(uses, `arm ${halfHour}`, { changes: 1, lastAt })
  }
  const last = plus(now, inMinutes(30 * 199))
  expect(Object.keys(uses)).toHaveLength(2 * 48 + 1)
  for (const { lastAt } of Object.values(uses))
    expect(last - lastAt).toBeLessThanOrEqual(inHours(48))
  expect(uses).toHaveProperty('arm 150')
})
