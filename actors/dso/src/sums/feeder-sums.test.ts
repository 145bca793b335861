import { feederSumTimes } from '@interlock/contract'
import { nodeCrypto as crypto } from '@interlock/host'
import { assert, euiFromBytes, instant, u64 } from '@interlock/kernel'
import { openBoth, writeOpening } from '@interlock/privacy'
import { expect, test } from 'vitest'
import { openSumStore } from './sum-store.ts'
import {
  at,
  begin,
  memberOf,
  membersOf,
  reading,
  rules,
  run,
  sayKeys,
  stations,
  street,
  sumOf,
  unmasking,
  windowMillis,
} from './summed-street.fixture.ts'

test('a feeder’s power and half-hour are summed exactly, and kept with how many they are of (PF15)', () => {
  const one = street()
  sayKeys(one)
  expect(one.lastOf('maskRoster')?.members).toHaveLength(9)
  run(one, membersOf(one), 1)
  const total = sumOf(stations)
  expect(one.store.powers).toEqual([{ at: at(1), watts: total, stations: 9 }])
  expect(one.store.energies).toEqual([
    { from: instant(begin - windowMillis), wattHours: total / 2, stations: 9 },
  ])
  expect(one.sums.status()).toMatchObject({ phase: 'over', members: 9, problem: undefined })
})

test('one that is missing takes a few with it; the sum of the others is exact', () => {
  const one = street()
  sayKeys(one)
  const members = membersOf(one)
  run(one, members, 1)
  const [away] = stations
  assert(away !== undefined, 'a street')
  const left = run(one, members, 2, [away])
  expect(left).toContain(away)
  expect(left).toHaveLength(rules.honestMin + rules.coalitionMax)
  const present = stations.filter((each) => !left.includes(each))
  expect(one.store.powers.at(-1)).toEqual({ at: at(2), watts: sumOf(present), stations: 6 })
  // Of the half-hour, that of all of them stays.
  expect(one.store.energies).toMatchObject([{ stations: 9 }])
})

test('too many missing, and one that does not unmask, leave their rounds without a sum and the next with one', () => {
  const one = street()
  sayKeys(one)
  const members = membersOf(one)
  const away = stations.slice(0, 4)
  for (const [station, member] of members)
    if (!away.includes(station)) one.sums.hear(station, reading(member, 1), at(1, 6_000))
  one.sums.look(at(1, feederSumTimes.closingMillis))
  expect(one.notes.at(-1)).toMatchObject(['RoundWithoutSum', { reason: 'GroupTooSmall' }])

  for (const [station, member] of members) one.sums.hear(station, reading(member, 2), at(2, 6_000))
  const [silent] = stations
  assert(silent !== undefined, 'a street')
  for (const [station, member] of members) {
    const answer = unmasking(one, member)
    if (station !== silent && typeof answer !== 'string')
      one.sums.hear(station, answer, at(2, 31_000))
  }
  one.sums.look(at(2, feederSumTimes.endMillis))
  expect(one.notes.at(-1)).toEqual([
    'RoundWithoutSum',
    { reason: 'UnmaskingMissing', detail: silent },
  ])
  expect(one.store.powers).toEqual([])
  run(one, members, 3)
  expect(one.store.powers).toMatchObject([{ at: at(3), stations: 9 }])
})

test('what is late, of another round, or said twice is not counted', () => {
  const one = street()
  sayKeys(one)
  const members = membersOf(one)
  const [a, b] = [...members.values()]
  assert(a !== undefined && b !== undefined, 'a street')
  const masked = reading(a, 1)
  expect(one.sums.hear(a.station, masked, at(1, 6_000))).toMatchObject({ ok: true })
  expect(one.sums.hear(a.station, masked, at(1, 7_000))).toMatchObject({ reason: 'Repeated' })
  expect(one.sums.hear(b.station, masked, at(2, 6_000))).toMatchObject({ reason: 'RoundOther' })
  const stranger = euiFromBytes(u64(99n))
  expect(
    one.sums.hear(stranger, { ...masked, round: at(2) / rules.roundMillis }, at(2, 6_000)),
  ).toMatchObject({
    reason: 'NotInRoster',
  })
  one.sums.look(at(3, feederSumTimes.closingMillis))
  expect(one.sums.hear(b.station, reading(b, 3), at(3, 40_000))).toMatchObject({ ok: false })
})

test('an operator that starts again goes on with what its stations were told', () => {
  const one = street()
  sayKeys(one)
  const members = membersOf(one)
  run(one, members, 1)
  one.store.close()
  const again = street(one.journal)
  again.sums.look(at(1, 50_000))
  expect(again.lastOf('maskRoster')).toEqual(one.lastOf('maskRoster'))
  // Were a set forgotten that they know, none would answer.
  expect(run(again, members, 2)).toEqual([])
  expect(again.store.powers).toHaveLength(2)
})

test('who masks wrongly is found by an audit, and left out until it has another key', () => {
  const one = street()
  sayKeys(one)
  const members = new Map(membersOf(one))
  const [first, ...others] = members.values()
  assert(first !== undefined, 'a street')
  const { station: wrong, roster } = first
  members.set(wrong, memberOf(wrong, roster, crypto.ephemeralKey()))
  run(one, members, 1)
  expect(one.notes.at(-1)).toMatchObject(['RoundWithoutSum', { reason: 'SumImplausible' }])
  const audit = one.lastOf('maskRound')
  assert(audit?.step === 'audit', 'an audit')
  expect(audit.round).toBe(at(1) / rules.roundMillis)
  for (const [station, member] of members) {
    const opened = writeOpening(openBoth(member, audit.round), member.roster)
    expect(one.sums.hear(station, opened, at(1, 40_000))).toMatchObject({ ok: true })
  }
  expect(one.notes).toContainEqual([
    'MasksAudited',
    { round: audit.round, atFault: [wrong], disputed: [], silent: [] },
  ])
  const next = one.lastOf('maskRoster')
  expect(next?.members.map(({ station }) => station)).toEqual(others.map(({ station }) => station))
  expect(one.sums.status().excluded).toEqual([wrong])
  // No sum was told, but a set was: the new roster waits until it is far enough.
  one.sums.look(at(2, 1_000))
  expect(one.sums.status()).toMatchObject({ phase: 'idle', problem: { reason: 'RosterTooNew' } })
  one.sums.look(at(2 * rules.roundsPerWindow, 1_000))
  expect(one.sums.status().phase).toBe('readings')
  // With another key it is known again, and waits for the next roster like any newcomer.
  one.sums.key(wrong, 'x'.repeat(43), at(61))
  expect(one.sums.status().excluded).toEqual([])
  one.sums.look(instant(at(61) + feederSumTimes.rosterMillisMin))
  expect(one.lastOf('maskRoster')?.members).toHaveLength(9)
})

test('a roster waits for the keys of all, for a half-hour; of too few there is none', () => {
  const one = street()
  sayKeys(one, stations.slice(0, 2))
  one.sums.look(at(29))
  expect(one.said).toEqual([])
  one.sums.look(at(30))
  expect(one.notes).toEqual([
    ['RosterTooSmall', { reason: 'RosterTooSmall', detail: '2 stations' }],
  ])
  sayKeys(one, stations.slice(2, 4))
  one.sums.look(at(31))
  expect(one.lastOf('maskRoster')?.members).toHaveLength(4)
  // Whoever comes later waits a day.
  sayKeys(one)
  one.sums.look(at(32))
  expect(one.lastOf('maskRoster')?.members).toHaveLength(4)
  one.sums.look(instant(at(31) + feederSumTimes.rosterMillisMin))
  expect(one.lastOf('maskRoster')?.members).toHaveLength(9)
})

test('what is kept is written anew and read alike', () => {
  const one = street()
  sayKeys(one)
  run(one, membersOf(one), 1)
  const { powers, energies, roster } = one.store
  for (let round = 2; round < 1_510; round++)
    one.store.summed(
      { at: at(round), watts: round, stations: 9 },
      { from: at(0), wattHours: round, stations: 9 },
    )
  one.store.close()
  const again = openSumStore(one.journal)
  expect(again.roster).toEqual(roster)
  expect(again.energies).toEqual([...energies, { from: at(0), wattHours: 2, stations: 9 }])
  expect(again.powers.at(-1)).toMatchObject({ watts: 1_509 })
  // A day of rounds.
  expect(again.powers).toHaveLength(24 * 60)
  expect(again.powers).not.toContainEqual(powers[0])
  expect(again.historyOf(roster?.version ?? 0)).toHaveLength(1)
  again.close()
})

test('a station’s openings are of the round that is audited', () => {
  const one = street()
  sayKeys(one)
  const [member] = membersOf(one).values()
  assert(member !== undefined, 'a street')
  const opened = writeOpening(openBoth(member, 5), member.roster)
  expect(one.sums.hear(member.station, opened, at(1))).toMatchObject({ reason: 'RoundOther' })
})
