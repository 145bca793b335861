import { nationalBudget, type Reservation } from '@interlock/contract'
import { services, type Service } from '@interlock/duis'
import type { Command } from '@interlock/gbcs'
import { eui64, instant, plus, inMinutes, type Instant } from '@interlock/kernel'
import { emptyLedger, reserve, type MegawattLedger } from '@interlock/ledger'
import { expect, test } from 'vitest'
import {
  everyone,
  judgeAnomaly,
  judgePassage,
  minuteOf,
  nameOf,
  tallied,
  tallyPassed,
  type Tally,
  type User,
} from './anomaly.ts'
import { anomalyRulesDefault, rulesOver, type AnomalyRules, type Threshold } from './thresholds.ts'

const start = instant(Date.UTC(2026, 0, 5, 18))
const organisation = (number: number) =>
  eui64(`02-00-00-00-00-00-${hex(number >> 8)}-${hex(number & 0xff)}`)
const hex = (byte: number): string => byte.toString(16).toUpperCase().padStart(2, '0')
const dsrsp = (number: number): User => ({ organisation: organisation(number), role: 'dsrsp' })

const command: Extract<Command, { useCase: 'ECS47e' }> = {
  useCase: 'ECS47e',
  originator: organisation(1),
  target: organisation(2),
  counter: 1n,
  controller: 1,
  direction: 'import',
  levelPercent: 50,
  from: start,
  until: plus(start, inMinutes(30)),
}
const noRules: AnomalyRules = { eachUser: [], allUsers: [], attributes: [] }
const most = (count: number, periodMinutes = 10): readonly Threshold[] => [
  { service: '7.16', periodMinutes, most: count },
]

/** One request after the other; what each breaks. */
function watch(company: Partial<AnomalyRules> = {}, own: readonly Threshold[] = []) {
  const tally: Tally = new Map()
  return (user: User = dsrsp(1), at: Instant = start, of: Command = command) => {
    const rules = { own, company: { ...noRules, ...company } }
    return judgeAnomaly(tally, { user, service: '7.16', command: of }, rules, at).breach
  }
}

test('by default the certificates of a thousand devices an hour are one user’s to replace, and no more', () => {
  const tally: Tally = new Map()
  const user: User = { organisation: organisation(1), role: 'supplier' }
  const rules = { own: [], company: anomalyRulesDefault }
  const judge = () => judgeAnomaly(tally, { user, service: '6.15.1' }, rules, start).breach
  for (let count = 0; count < 1_000; count++) expect(judge()).toBeUndefined()
  expect(judge()).toBe('ADDCCThresholdBreach')
})

test.each(Object.keys(services))(
  'by default neither one user nor many can have %s done as often as they like',
  (service) => {
    const tally: Tally = new Map()
    const flood = 2_000_000
    const rules = { own: [], company: anomalyRulesDefault }
    const judge = (user: User) =>
      judgeAnomaly(tally, { user, service: service as Service, command }, rules, start).breach
    const one: User = { organisation: organisation(1), role: 'supplier' }
    expect(judge(one)).toBeUndefined()
    tallyPassed(tally, nameOf(one), service, minuteOf(start), flood)
    tally.delete(`${everyone}/${service}`)
    expect(judge(one)).toBe('ADDCCThresholdBreach')
    const other: User = { ...one, organisation: organisation(2) }
    expect(judge(other)).toBeUndefined()
    tallied(tally, everyone, service, minuteOf(start), flood)
    expect(judge(other)).toBe('ADDCCThresholdBreach')
  },
)

test('what a config sets for one request leaves the defaults of the others in force', () => {
  const rule = { service: '7.16', periodMinutes: 60, most: 3 }
  const rules = rulesOver({ ...noRules, eachUser: [rule] })
  const of = (list: readonly Threshold[], service: string) =>
    list.filter((each) => each.service === service)
  expect(of(rules.eachUser, '7.16')).toEqual([rule])
  expect(of(rules.allUsers, '7.16')).toEqual(of(anomalyRulesDefault.allUsers, '7.16'))
  for (const service of Object.keys(services).filter((each) => each !== '7.16'))
    expect(of(rules.eachUser, service)).toEqual(of(anomalyRulesDefault.eachUser, service))
  // A limit on all requests together stands beside those of each.
  const all = { service: '*', periodMinutes: 60, most: 5 }
  expect(rulesOver({ ...noRules, allUsers: [all] }).allUsers).toEqual([
    ...anomalyRulesDefault.allUsers,
    all,
  ])
  expect(rulesOver(noRules)).toEqual(anomalyRulesDefault)
})

test('without limits nothing is held', () => {
  const judge = watch()
  for (let count = 0; count < 1_000; count++) expect(judge()).toBeUndefined()
})

test("as many as a user's own threshold allows pass, the next is held, and later ones pass again", () => {
  const judge = watch({}, most(3))
  expect([judge(), judge(), judge()]).toEqual([undefined, undefined, undefined])
  expect(judge()).toBe('ADUserThresholdBreach')
  expect(judge(dsrsp(1), plus(start, inMinutes(9)))).toBe('ADUserThresholdBreach')
  expect(judge(dsrsp(1), plus(start, inMinutes(20)))).toBeUndefined()
})

test('a period slides: two halves of it on either side of a border are one', () => {
  const judge = watch({}, most(2))
  expect(judge(dsrsp(1), plus(start, inMinutes(9)))).toBeUndefined()
  expect(judge(dsrsp(1), plus(start, inMinutes(10)))).toBeUndefined()
  expect(judge(dsrsp(1), plus(start, inMinutes(11)))).toBe('ADUserThresholdBreach')
})

test.each([
  ['the last millisecond of a minute and the first of the next', 1, 60_000 - 1, 1],
  ['the whole period, a millisecond less', 10, 30_000, 600_000 - 1],
])(
  'no period has more than it may, wherever in a minute it begins: %s',
  (_, minutes, from, later) => {
    const judge = watch({ eachUser: [...most(2, minutes)] }, most(3, minutes))
    const first = instant(start + from)
    expect([judge(dsrsp(1), first), judge(dsrsp(1), first)]).toEqual([undefined, undefined])
    expect(judge(dsrsp(1), instant(first + later))).toBe('ADDCCThresholdBreach')
    expect(judge(dsrsp(1), instant(first + later))).toBe('ADUserThresholdBreach')
  },
)

test("a user's word on what its own threshold holds lifts none of the data company's", () => {
  const tally: Tally = new Map()
  const company = { ...noRules, eachUser: [...most(2)], allUsers: [...most(3)] }
  const rules = { own: most(0), company }
  const request = (user: User) => ({ user, service: '7.16' as const, command })
  const ask = (user: User) => judgeAnomaly(tally, request(user), rules, start).breach
  const letThrough = (user: User) => judgePassage(tally, request(user), company, start).breach
  for (let count = 0; count < 8; count++) expect(ask(dsrsp(1))).toBe('ADUserThresholdBreach')
  const [held, first, second] = ['ADDCCThresholdBreach', dsrsp(1), dsrsp(2)]
  expect([first, first, first].map(letThrough)).toEqual([undefined, undefined, held])
  expect([second, second].map(letThrough)).toEqual([undefined, held])
})

test("the data company's threshold for each user holds one and not another", () => {
  const judge = watch({ eachUser: [...most(2)] })
  expect([judge(), judge(), judge()]).toEqual([undefined, undefined, 'ADDCCThresholdBreach'])
  expect(judge(dsrsp(2))).toBeUndefined()
  expect(judge({ ...dsrsp(1), role: 'supplier' })).toBeUndefined()
})

test('a threshold on everything counts what its service request would not', () => {
  const all: readonly Threshold[] = [{ service: '*', periodMinutes: 10, most: 1 }]
  const judge = watch({}, all)
  expect([judge(), judge()]).toEqual([undefined, 'ADUserThresholdBreach'])
})

test('a thousand users below their own threshold pass that of everybody together', () => {
  const judge = watch({ eachUser: [...most(5)], allUsers: [...most(2_000)] })
  const breaches = Array.from({ length: 3 }, () =>
    Array.from({ length: 1_000 }, (_, number) => judge(dsrsp(number + 1))),
  ).flat()
  expect(breaches.slice(0, 2_000).every((each) => each === undefined)).toBe(true)
  expect(breaches.slice(2_000).every((each) => each === 'ADDCCThresholdBreach')).toBe(true)
})

test('a user beyond its own threshold uses up nothing of the others', () => {
  const judge = watch({ eachUser: [...most(2)], allUsers: [...most(4)] })
  for (let count = 0; count < 100; count++) judge(dsrsp(1))
  expect([judge(dsrsp(2)), judge(dsrsp(2))]).toEqual([undefined, undefined])
})

test.each([
  [{ levelPercent: 20 }, undefined],
  [{ levelPercent: 19 }, 'ADAttributeLimitsBreach'],
  [{ levelPercent: 100 }, undefined],
  [{ until: plus(start, inMinutes(60)) }, undefined],
  [{ until: plus(start, inMinutes(61)) }, 'ADAttributeLimitsBreach'],
] as const)('attribute limits, of a command with %o: %s', (change, breach) => {
  const judge = watch({
    attributes: [
      { service: '7.16', attribute: 'levelPercent', least: 20 },
      { service: '*', attribute: 'windowMinutes', most: 60 },
    ],
  })
  expect(judge(dsrsp(1), start, { ...command, ...change })).toBe(breach)
})

test('prices and offsets have limits too', () => {
  const { originator, target, counter } = command
  const id = { originator, target, counter }
  const judge = watch({
    attributes: [
      { service: '*', attribute: 'pricePence', least: -20, most: 100 },
      { service: '*', attribute: 'offsetSeconds', least: 600 },
    ],
  })
  const tariff = (pence: number): Command => ({
    useCase: 'UpdateHalfHourlyTariff',
    ...id,
    version: 1,
    from: start,
    prices: [5_000, pence * 1_000],
  })
  const offset = (limitSeconds: number): Command => ({ useCase: 'ECS38', ...id, limitSeconds })
  expect(judge(dsrsp(1), start, tariff(100))).toBeUndefined()
  expect(judge(dsrsp(1), start, tariff(101))).toBe('ADAttributeLimitsBreach')
  expect(judge(dsrsp(1), start, tariff(-21))).toBe('ADAttributeLimitsBreach')
  expect(judge(dsrsp(1), start, offset(600))).toBeUndefined()
  expect(judge(dsrsp(1), start, offset(599))).toBe('ADAttributeLimitsBreach')
})

test('a thousand DSRSPs, each far below its own budget, still meet that of the country', () => {
  const swingWatts = 1_100_000
  let ledger: MegawattLedger = emptyLedger
  const outcomes = Array.from({ length: 1_000 }, (_, index) => {
    const reservation: Reservation = {
      id: `response-${index}`,
      organisation: organisation(index + 1),
      region: `region-${index % 10}`,
      kind: 'response',
      edges: [{ from: start, until: plus(start, inMinutes(10)), swingWatts }],
    }
    const next = reserve(ledger, reservation, nationalBudget, start)
    if (next.ok) ledger = next.value
    return next.ok ? 'granted' : next.reason
  })
  expect(swingWatts * 200).toBeLessThan(nationalBudget.organisationWatts)
  const granted = Math.floor(nationalBudget.totalWatts / swingWatts)
  expect(outcomes.slice(0, granted).every((each) => each === 'granted')).toBe(true)
  expect(outcomes.slice(granted).every((each) => each === 'BudgetExceeded')).toBe(true)
})
