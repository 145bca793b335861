import { answeredHoursMax } from '@interlock/contract'
import { inHours, inMinutes, instant, plus, type Instant } from '@interlock/kernel'
import { defaultQuietHours, type QuietHours } from '@interlock/power'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  acknowledged,
  beginningAfter,
  counterAfter,
  soldOwnHours,
  stateOf,
  toState,
  withAnswered,
  type OwnHours,
  type Wish,
} from './own-hours.ts'

/** A Monday evening in January. */
const evening = instant(Date.UTC(2026, 0, 5, 17))
const midnight = instant(Date.UTC(2026, 0, 6))
const nights: readonly QuietHours[] = [{ weekdays: [1], fromHour: 0, untilHour: 7 }]
const wish = (quiet: readonly QuietHours[]): Wish => ({ quiet, agreement: null })
const none = wish([])
const sold = wish(defaultQuietHours)

/** What the charger signs next, with its counter for a digest. */
function say(own: OwnHours, of: Wish, now: Instant = evening): OwnHours {
  const due = toState(own, of, now)
  if (due === undefined) return own
  const [counter, holds] = [counterAfter(own, now), own.holds]
  const statement = { payload: '', protected: '', signature: '' }
  const stated = { statement, counter, holds, digest: `${counter}`, ...due }
  return { ...own, counter, stated }
}
const answerTo = ({ stated }: OwnHours, verdict: 'acknowledged' | 'refused' = 'acknowledged') => ({
  counter: stated?.counter ?? 0,
  digest: stated?.digest ?? '',
  verdict,
  reason: verdict === 'refused' ? 'BudgetExceeded' : null,
})
const hear = (own: OwnHours, answer: ReturnType<typeof answerTo>, now: Instant = evening) => {
  const heard = acknowledged(own, answer, now)
  return heard.ok ? heard.value : own
}
const asked = say(soldOwnHours, none)
const taken = hear(asked, answerTo(asked))

test('who takes the default hours as they are needs nobody’s leave', () => {
  expect(toState(soldOwnHours, sold, evening)).toBeUndefined()
  expect(stateOf(soldOwnHours, sold, evening).state).toBe('inForce')
})

test('other hours are stated once for the next midnight, and wait', () => {
  expect(asked.stated?.wants).toEqual({ ...none, from: midnight })
  expect(toState(asked, none, evening)).toBeUndefined()
  expect(asked.hours).toBe(soldOwnHours.hours)
  expect(stateOf(asked, none, evening)).toEqual({
    state: 'waiting',
    quiet: defaultQuietHours,
    wants: [],
    from: midnight,
  })
})

test('acknowledged they begin at midnight, and the supervisor is told that they will', () => {
  expect(stateOf(taken, none, evening)).toMatchObject({ state: 'acknowledged', from: midnight })
  expect(stateOf(taken, none, midnight)).toEqual({ state: 'inForce', quiet: [] })
  const told = say(taken, none)
  expect(told.stated).toMatchObject({ wants: null, holds: asked.counter })
  expect(told.counter).toBeGreaterThan(asked.counter)
  const heard = hear(told, answerTo(told))
  expect(heard).toMatchObject({ told: asked.counter })
  expect(toState(heard, none, evening)).toBeUndefined()
})

test('what was answered is kept as far as the hours rest on it, and no further', () => {
  let own = soldOwnHours
  let now = evening
  const answered = (of: Wish) => {
    const next = say(own, of, now)
    const { stated } = next
    if (stated === undefined) return
    own = withAnswered(hear(next, answerTo(next), now), stated, stated.statement)
  }
  for (const of of [none, wish(nights), sold, none]) {
    answered(of)
    answered(of)
    const held = own.answered?.[1]
    expect(own.answered?.[0]).toMatchObject({ holds: own.holds, counter: own.counter })
    expect(held?.counter).toBe(own.holds)
    expect((own.answered?.[2]?.counter ?? 0) === held?.holds).toBe(true)
    expect(own.answered?.length).toBeLessThanOrEqual(answeredHoursMax)
    now = plus(own.hours.next?.from ?? now, inHours(12))
  }
})

test('refused they are not asked for again, until something else is chosen', () => {
  const refused = hear(asked, answerTo(asked, 'refused'))
  expect(refused.hours).toEqual(soldOwnHours.hours)
  expect(toState(refused, none, midnight)).toBeUndefined()
  expect(stateOf(refused, none, evening)).toMatchObject({
    state: 'refused',
    quiet: defaultQuietHours,
    reason: 'BudgetExceeded',
  })
  expect(toState(refused, wish(nights), evening)?.wants).toMatchObject({ quiet: nights })
})

test('who changes their mind takes the open wish back; what is acknowledged begins first', () => {
  expect(toState(asked, sold, evening)).toEqual({ wants: null })
  const back = say(asked, sold)
  expect(hear(back, answerTo(asked))).toBe(back)
  expect(toState(taken, wish(nights), evening)).toEqual({ wants: null })
  expect(stateOf(taken, wish(nights), evening).state).toBe('waiting')
  expect(toState(taken, wish(nights), midnight)?.wants?.quiet).toEqual(nights)
})

test('after the plan of the next day is closed they begin a day later', () => {
  expect(beginningAfter(plus(midnight, inHours(-6)))).toBe(midnight)
  expect(beginningAfter(plus(midnight, inMinutes(-359)))).toBe(plus(midnight, inHours(24)))
  // In summer midnight is at eleven in the evening, world time.
  const june = instant(Date.UTC(2026, 5, 10, 12))
  expect(new Date(beginningAfter(june)).toISOString()).toBe('2026-06-10T23:00:00.000Z')
})

test('attack: an acknowledgement that is held back is worth nothing when its hours should have begun', () => {
  const held = answerTo(asked)
  expect(acknowledged(asked, held, midnight)).toMatchObject({ reason: 'AcknowledgedLate' })
  const again = say(asked, none, midnight)
  expect(again.stated?.wants?.from).toBe(plus(midnight, inHours(24)))
  // A street whose answers came all at once would otherwise take to other hours at once.
  expect(acknowledged(again, held, midnight)).toMatchObject({ reason: 'AnotherStatement' })
  const stated = { ...again.stated, ...held } as never
  expect(acknowledged({ ...again, stated }, held, midnight).ok).toBe(true)
})

test('attack: repeated, exchanged or out of order, answers change nothing', () => {
  const old = answerTo(asked)
  const next = say(hear(asked, answerTo(asked, 'refused')), wish(nights))
  const exchanged = { ...answerTo(next), digest: 'another' }
  const counted = { ...old, digest: next.stated?.digest ?? '' }
  for (const answer of [old, exchanged, counted, { ...answerTo(next), counter: 1 }])
    expect(acknowledged(next, answer, evening)).toMatchObject({ reason: 'AnotherStatement' })
  const heard = hear(next, answerTo(next))
  expect(acknowledged(heard, answerTo(next), evening)).toMatchObject({
    reason: 'AnotherStatement',
  })
})

test('whatever is chosen, answered, lost and repeated when: counters rise, and hours rule only once acknowledged', () => {
  const wishes = [none, sold, wish(nights)]
  const step = fc.record({
    minutes: fc.integer({ min: 0, max: 1_500 }),
    wish: fc.nat(wishes.length - 1),
    verdict: fc.constantFrom('acknowledged', 'refused', undefined),
    /** Which of the answers so far is delivered. */
    late: fc.nat(5),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      let own = soldOwnHours
      let now = evening
      const answers: ReturnType<typeof answerTo>[] = []
      const granted = new Set([JSON.stringify(defaultQuietHours)])
      for (const each of steps) {
        now = plus(now, inMinutes(each.minutes))
        const before = own.counter
        const { refused: _, ...chosen } = own
        own = say(chosen, wishes[each.wish] ?? sold, now)
        expect(own.counter).toBeGreaterThanOrEqual(before)
        if (each.verdict !== undefined && own.stated !== undefined) {
          answers.push(answerTo(own, each.verdict))
          const { wants } = own.stated
          if (wants !== null && each.verdict === 'acknowledged')
            granted.add(JSON.stringify(wants.quiet))
        }
        const answer = answers[each.late % Math.max(1, answers.length)]
        if (answer !== undefined) own = hear(own, answer, now)
        const { quiet, next } = own.hours
        for (const hours of [quiet, ...(next === undefined ? [] : [next.quiet])])
          expect(granted).toContain(JSON.stringify(hours))
      }
    }),
  )
})
