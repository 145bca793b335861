import {
  counterFrom,
  freshNumberMillisMax,
  isFreshNumber,
  issueFreshNumber,
} from '@interlock/driver'
import { instant, type Instant } from '@interlock/kernel'
import { describe, expect, test } from 'vitest'
import { card, crypto, freshKey, minutes, night, tap } from './cards.fixture.ts'
import { journalOf, open, see, withToken } from './register.fixture.ts'
import { judgeSighting, noFailures, sightingRules, type Sighting } from './sighting.ts'

const here = { operator: 'A', station: 'STATION-1' }
const given = (at: Instant, where = here, key = freshKey): string =>
  issueFreshNumber(where, at, key, crypto)
const after = (millis: number): Instant => instant(night + millis)

describe('a fresh number of the register’s', () => {
  test('verifies what was answered to it, until its end by the clock of the register, whatever the station’s says', () => {
    const { register, found } = withToken()
    const number = register.freshNumber(here, night)
    expect(isFreshNumber(number)).toBe(true)
    const mine = card()
    const end = after(freshNumberMillisMax)
    for (const stationClock of [night, minutes(-60), minutes(60)]) {
      const shown = { ...tap(mine, { at: stationClock }, number), at: end }
      expect(see(register, shown, end)).toBe('VERIFIED')
    }
    expect(found).toEqual([])
    const late = after(freshNumberMillisMax + 1)
    expect(see(register, { ...tap(mine, {}, number), at: late }, late)).toBe('FreshNumberOld')
    // A clock that was put back says nothing of how old it is.
    const back = after(-freshNumberMillisMax - 1)
    expect(see(register, { ...tap(mine, {}, number), at: back }, back)).toBe('FreshNumberOld')
    expect(found).toMatchObject([{ kind: 'ReplayedResponse' }, { kind: 'ReplayedResponse' }])
  })

  test('is good at the station of the operator that asked, and nowhere else', () => {
    const { register } = withToken()
    const mine = card()
    const seen = (number: string): string => see(register, tap(mine, {}, number))
    // After five in vain the token is locked.
    expect(seen(given(night))).toBe('VERIFIED')
    expect(seen(given(night, { ...here, station: 'STATION-2' }))).toBe('FreshNumberInvalid')
    expect(seen(given(night, { ...here, operator: 'B' }))).toBe('FreshNumberInvalid')
    const one = given(night)
    for (const at of [0, 8, 35])
      expect(seen(`${one.slice(0, at)}${one[at] === 'A' ? 'B' : 'A'}${one.slice(at + 1)}`)).toBe(
        'FreshNumberInvalid',
      )
  })

  test('ends with the run of the register; what it has verified before stays so when it is told again', () => {
    const journal = journalOf()
    const mine = card()
    const [told, kept] = [tap(mine), tap(mine)]
    const before = withToken({}, journal)
    expect(see(before.register, told)).toBe('VERIFIED')
    const { register } = open(journal, night, new Uint8Array(32).fill(8))
    expect(see(register, kept)).toBe('FreshNumberInvalid')
    expect(see(register, { ...told, at: minutes(10) })).toBe('VERIFIED')
  })

  test('is no matter for what is told late, which is hearsay and proves nothing elsewhere', () => {
    const { register } = withToken()
    const old = tap(card(), { isLate: true })
    expect(see(register, old, minutes(600))).toBe('HEARSAY')
    const other = tap(card(counterFrom(5)), { operator: 'B', at: minutes(5) })
    expect(see(register, other)).toBe('VERIFIED')
  })
})

describe('attack: a reader dates a challenge ahead, keeps the response, and plays it in exactly that minute', () => {
  const playedAt = minutes(60)
  const statement = () => withToken().register.statement('04A1B2C3D4E5F6', playedAt)?.statement
  const judge = (sighting: Sighting, rules: object = {}): string => {
    const { verdict } = judgeSighting(
      { ...sighting, at: playedAt },
      statement(),
      { trace: {}, failed: noFailures },
      playedAt,
      { crypto, freshKey },
      { ...sightingRules, ...rules },
    )
    return verdict.ok ? verdict.strength : verdict.reason
  }

  test('with the number of when it had the card it is refused; verified where nobody asks how old that is', () => {
    const kept = tap(card(), { at: playedAt }, given(night))
    expect(judge(kept)).toBe('FreshNumberOld')
    expect(judge(kept, { freshNumberMillisMax: Infinity })).toBe('VERIFIED')
  })

  test('with a number that it makes up for that minute it is refused; verified where the register’s key is known', () => {
    const guessed = new Uint8Array(32)
    expect(judge(tap(card(), { at: playedAt }, given(playedAt, here, guessed)))).toBe(
      'FreshNumberInvalid',
    )
    expect(judge(tap(card(), { at: playedAt }, given(playedAt)))).toBe('VERIFIED')
  })

  test('with none it charges as a number does, and turns the true driver away at no other operator', () => {
    const { register, kinds } = withToken()
    const mine = card()
    const kept = tap(mine, { at: playedAt, operator: 'B' }, null)
    expect(see(register, kept)).toBe('HEARSAY')
    expect(see(register, tap(mine, { at: minutes(65) }))).toBe('VERIFIED')
    expect(kinds()).toEqual(['OperatorsDiffer', 'OperatorsDiffer'])
    // A reader that has the card now has it for now: its driver is turned away where it is not.
    const relayed = withToken()
    expect(see(relayed.register, tap(mine, { at: playedAt, operator: 'B' }))).toBe('VERIFIED')
    expect(see(relayed.register, tap(mine, { at: minutes(65) }))).toBe('TokenElsewhere')
  })
})
