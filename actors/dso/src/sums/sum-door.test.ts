import { FeederSumsShown, feederSumTimes } from '@interlock/contract'
import { assert, toIso } from '@interlock/kernel'
import { readClosing, writeClosing, type Member } from '@interlock/privacy'
import { Value } from 'typebox/value'
import { expect, test } from 'vitest'
import { sumDoor } from './sum-door.ts'
import {
  at,
  membersOf,
  reading,
  rules,
  run,
  sayKeys,
  stations,
  street,
  sumOf,
  unmasking,
  wattsOf,
  type Street,
} from './summed-street.fixture.ts'

/** As whoever may knock is answered. */
async function shown({ sums, store }: Street): Promise<FeederSumsShown> {
  const door = sumDoor([{ group: 'f1', sums, store }])
  const asked = { params: { group: 'f1' } } as unknown as Parameters<typeof door.handle>[0]
  const { status, body } = await door.handle(asked)
  assert(status === 200 && Value.Check(FeederSumsShown, body), 'what the contract says')
  return body
}
const least = rules.honestMin + rules.coalitionMax
const [home] = stations
assert(home !== undefined, 'a street')

test('a group below the minimum has no sum at the door, and why in words', async () => {
  const few = street()
  sayKeys(few, stations.slice(0, least - 1))
  few.sums.look(at(30))
  expect(await shown(few)).toMatchObject({
    status: { problem: { reason: 'RosterTooSmall', words: expect.stringContaining('too few') } },
    powers: [],
    energies: [],
  })

  const away = street()
  sayKeys(away)
  const members = membersOf(away)
  const silent = stations.slice(0, stations.length - least + 1)
  for (const [station, member] of members)
    if (!silent.includes(station)) away.sums.hear(station, reading(member, 1), at(1, 6_000))
  away.sums.look(at(1, feederSumTimes.closingMillis))
  const told = await shown(away)
  expect(told.powers).toEqual([])
  expect(told.rounds.at(-1)).toMatchObject({
    at: toIso(at(1)),
    stations: 0,
    missing: silent,
    problem: { reason: 'GroupTooSmall' },
  })
})

test('a home that goes away is not told by the difference of two sums: others go with it, or there is none', async () => {
  const one = street()
  sayKeys(one)
  const members = membersOf(one)
  run(one, members, 1)
  run(one, members, 2, [home])
  const { powers, energies, rounds } = await shown(one)
  expect(rounds.slice(-2).map((each) => [each.stations, each.missing])).toEqual([
    [stations.length, []],
    [stations.length - least, [home]],
  ])
  // All that follows from what is shown: each sum, and each difference of two.
  const numbers = powers.map(({ watts }) => watts)
  const follows = numbers.flatMap((each) => [each, ...numbers.map((other) => each - other)])
  const alone = stations.map((each) => Number(wattsOf(each)))
  expect(follows.filter((each) => alone.includes(Math.abs(each)))).toEqual([])
  // The half-hour is the same in both rounds: it is shown once, of all.
  expect(energies).toMatchObject([{ stations: stations.length }])
})

test('an operator that names a set less one home gets no answer, and the door shows no sum', async () => {
  const one = street()
  sayKeys(one)
  const members = membersOf(one)
  run(one, members, 1)
  for (const [station, member] of members) one.sums.hear(station, reading(member, 2), at(2, 6_000))
  // As an operator that lies says it: everybody but that home is there.
  const closing = one.lastOf('maskRound')
  assert(closing?.step === 'closing', 'a round was closed')
  const [{ roster }] = [...members.values()] as [Member]
  const told = readClosing(closing, roster)
  assert(told.ok, 'it is one')
  const others = stations.filter((each) => each !== home)
  const lie = writeClosing({ ...told.value, present: others }, roster)
  const liar = { ...one, lastOf: () => lie } as Street
  const answers = [...members.values()].map((member) => unmasking(liar, member))
  expect(new Set(answers)).toEqual(new Set(['DifferenceTooSmall', 'NotPresent']))
  one.sums.look(at(2, feederSumTimes.endMillis))
  const { powers, status } = await shown(one)
  expect(powers.map(({ watts }) => watts)).toEqual([sumOf(stations)])
  expect(status.problem?.reason).toBe('UnmaskingMissing')
})
