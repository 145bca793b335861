import { eui64 } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { isSuperseded, makeRoom } from './arm-room.ts'
import { limits } from './limits.ts'

const [owner, dsrsp] = [eui64('02-00-00-00-00-00-00-01'), eui64('02-00-00-00-00-00-00-02')]
const arms = (originator: typeof owner, count: number, name = 'a') =>
  Array.from({ length: count }, (_, index) => ({ arm: { originator }, name: `${name}${index}` }))
const names = (held: readonly { name: string }[]) => held.map(({ name }) => name)

test('while there is room nothing gives way', () => {
  const held = [...arms(owner, 1), ...arms(dsrsp, limits.armsHeldMax - 2)]
  expect(makeRoom(held, dsrsp)).toEqual(held)
})

test('a flood of one takes the room of its own arms, the oldest first, and of no other', () => {
  const override = arms(owner, 1, 'override')
  let held = makeRoom([...override, ...arms(dsrsp, limits.armsHeldMax - 1, 'd')], dsrsp)
  expect(names(held)).toContain('override0')
  expect(names(held)).not.toContain('d0')
  for (let more = 0; more < 100; more++)
    held = makeRoom([...held, ...arms(dsrsp, 1, `more${more}-`)], dsrsp)
  expect(names(held)).toContain('override0')
  expect(held).toHaveLength(limits.armsHeldMax - 1)
})

test('an owner who arms where a provider has filled everything takes its oldest', () => {
  const held = makeRoom(arms(dsrsp, limits.armsHeldMax, 'd'), owner)
  expect(held).toHaveLength(limits.armsHeldMax - 1)
  expect(names(held)[0]).toBe('d1')
})

test("of a supplier's words about a load only the last counts", () => {
  const word = { use: 'supplied', originator: owner, evse: 1, counter: 2n } as const
  expect(isSuperseded(word, { ...word, counter: 3n })).toBe(true)
  for (const other of [
    { counter: 2n },
    { counter: 3n, evse: 2 },
    { counter: 3n, originator: dsrsp },
    { counter: 3n, use: 'onDemand' },
  ] as const)
    expect(isSuperseded(word, { ...word, ...other })).toBe(false)
  expect(isSuperseded({ ...word, use: 'onDemand' }, { ...word, counter: 3n })).toBe(false)
})
