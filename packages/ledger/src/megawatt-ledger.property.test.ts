import type { BudgetLimits, DayAheadPlan, Reservation } from '@interlock/contract'
import { limits as shared } from '@interlock/contract'
import { fromIso, instant } from '@interlock/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chargesIn } from './charges.ts'
import {
  acceptPlan,
  dropOld,
  emptyLedger,
  plansOf,
  release,
  reserve,
  restoreLedger,
  type MegawattLedger,
} from './megawatt-ledger.ts'
import { windowAt, windowStart } from './windows.ts'

const now = fromIso('2026-01-05T18:00:00Z') ?? instant(0)
const minute = 60_000
const csms = '90-B3-D5-1F-30-02-00-00'
const dsrsp = '90-B3-D5-1F-30-03-00-00'
const limits: BudgetLimits = {
  organisationWatts: 100,
  agreedWatts: { [dsrsp]: 130 },
  consumerVendorWatts: 50,
  regionWatts: 150,
  totalWatts: 200,
  planOrganisationWatts: 250,
  planWatts: 400,
}

const organisations = [csms, dsrsp, '90-B3-D5-1F-30-04-00-00']
const regions = ['eastern', 'north west']
const owner = {
  organisation: fc.constantFrom(...organisations),
  region: fc.constantFrom(...regions),
}
const anyEdge = fc
  .record({
    minutes: fc.integer({ min: -20, max: 240 }),
    length: fc.integer({ min: 0, max: 70 }),
    swing: fc.integer({ min: 0, max: 90 }),
  })
  .map(({ minutes, length, swing }) => ({ minutes, length, swing }))
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('reserve' as const),
      ...owner,
      kind: fc.constantFrom('command' as const, 'response' as const, 'consumer' as const),
      id: fc.integer({ min: 0, max: 40 }),
      edges: fc.array(anyEdge, { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('release' as const),
      id: fc.integer({ min: 0, max: 40 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('plan' as const),
      ...owner,
      windows: fc.uniqueArray(
        fc.record({
          window: fc.integer({ min: 0, max: 10 }),
          swing: fc.integer({ min: 0, max: 300 }),
        }),
        { selector: ({ window }) => window, maxLength: 6 },
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      minutes: fc.integer({ min: 1, max: 25 }),
    }),
  },
)

/** Charges of one window, counted from the reservations themselves. */
function recount(ledger: MegawattLedger, window: number) {
  const commands = new Map<string, number>()
  const responses = new Map<string, number>()
  const consumers = new Map<string, number>()
  for (const { kind, organisation, region, edges } of ledger.reservations.values())
    for (const { from, until, swingWatts } of edges) {
      const begins = windowStart(window)
      if (until < begins || from >= begins + shared.budgetWindowMillis) continue
      const sums = { command: commands, response: responses, consumer: consumers }[kind]
      const key = kind === 'consumer' ? organisation : `${organisation}|${region}`
      sums.set(key, (sums.get(key) ?? 0) + swingWatts)
    }
  const plans = new Map<string, number>(
    plansOf(ledger).flatMap(({ organisation, region, windows }) =>
      windows
        .filter(({ from }) => from === windowStart(window))
        .map(({ swingWatts }) => [`${organisation}|${region}`, swingWatts] as const),
    ),
  )
  const above = (who: string): number =>
    [...new Set([...commands.keys(), ...responses.keys()])]
      .filter((key) => key.includes(who))
      .map((key) => ({ command: commands.get(key) ?? 0, response: responses.get(key) ?? 0, key }))
      .reduce((sum, each) => sum + deviation(each.command, plans.get(each.key)) + each.response, 0)
  const plannedBy = (who: string): number =>
    [...plans].filter(([key]) => key.startsWith(who)).reduce((sum, [, each]) => sum + each, 0)
  return { above, consumers, planned: plannedBy(''), plannedBy }
}

const deviation = (swing: number, planned = 0): number => Math.max(0, swing - planned)

/** Every limit that is exceeded, and every sum that the ledger has wrong. */
function excesses(ledger: MegawattLedger, last: number): string[] {
  const found: string[] = []
  const check = (what: string, used: number, limit: number): void => {
    if (used > limit) found.push(`${what}: ${used} of ${limit}`)
  }
  for (let window = Math.max(ledger.since, windowAt(now) - 1); window <= last; window++) {
    const { above, consumers, planned, plannedBy } = recount(ledger, window)
    for (const each of organisations)
      check(each, above(each), limits.agreedWatts[each] ?? limits.organisationWatts)
    for (const each of regions) check(each, above(`|${each}`), limits.regionWatts)
    for (const [each, used] of consumers) check(each, used, limits.consumerVendorWatts)
    check('total', above('|'), limits.totalWatts)
    check('plans', planned, limits.planWatts)
    for (const each of organisations)
      check(`plans of ${each}`, plannedBy(each), limits.planOrganisationWatts)
    const { total } = chargesIn(ledger.windows.get(window))
    if (total !== above('|')) found.push(`${window}: ${total} is not ${above('|')}`)
  }
  return found
}

test('no sequence of reservations, releases, plans and time exceeds a limit in any window', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let ledger = emptyLedger
      let time = now
      for (const each of steps) {
        if (each.do === 'wait') time = instant(time + each.minutes * minute)
        if (each.do === 'release') ledger = release(ledger, `reservation-${each.id}`)
        if (each.do === 'plan') {
          const windows = each.windows.map(({ window, swing }) => ({
            from: windowStart(windowAt(time) + window),
            swingWatts: swing,
          }))
          const plan: DayAheadPlan = { windows, ...pick(each) }
          const outcome = acceptPlan(ledger, plan, limits, time)
          if (outcome.ok) ledger = outcome.value
        }
        if (each.do === 'reserve') {
          const edges = each.edges.map(({ minutes, length, swing }) => ({
            from: time + minutes * minute,
            until: time + (minutes + length) * minute,
            swingWatts: swing,
          }))
          const asked = { id: `reservation-${each.id}`, kind: each.kind, edges, ...pick(each) }
          const outcome = reserve(ledger, asked, limits, time)
          if (outcome.ok) ledger = outcome.value
        }
        expect(excesses(ledger, windowAt(time) + 12)).toEqual([])
      }
      const restored = restoreLedger(
        ledger.reservations.values(),
        plansOf(ledger),
        ledger.plannedSince,
      )
      const again = dropOld(restored, time)
      for (const [number, window] of ledger.windows)
        if (number >= again.since) expect(again.windows.get(number)).toEqual(window)
    }),
    { numRuns: 200 },
  )
})

const pick = ({ organisation, region }: { organisation: string; region: string }) => ({
  organisation,
  region,
})

test('releasing everything leaves an empty ledger', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ ...owner, from: fc.nat(200 * minute), swingWatts: fc.nat(40) })),
      (asked) => {
        let ledger = emptyLedger
        const each = asked.map(({ from, swingWatts, ...fields }, i): Reservation => {
          const edge = { from: now + from, until: now + from + 31 * minute, swingWatts }
          return { id: `reservation-${i}`, kind: 'command', edges: [edge], ...fields }
        })
        for (const reservation of each) {
          const outcome = reserve(ledger, reservation, limits, now)
          if (outcome.ok) ledger = outcome.value
        }
        for (const { id } of each) ledger = release(ledger, id)
        expect(ledger.reservations.size + ledger.windows.size).toBe(0)
      },
    ),
  )
})
