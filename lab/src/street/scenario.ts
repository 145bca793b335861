import type { Log } from '@interlock/host'
import { inHours, inMinutes, instant } from '@interlock/kernel'
import { poisonAnswers, type AnswerAttack } from '../attacks/answers.ts'
import { worldStart, type Day, type Session } from '../worlds/day.ts'
import type { WorldClock } from '../worlds/world-clock.ts'
import { at, driveCars, visit } from './cars.ts'
import { dispatchOne } from './dispatch-one.ts'
import { tellGoals } from './driver.ts'
import { feedFrequency, type FrequencyFeed } from './frequency-feed.ts'
import { prepareMarket } from './market.ts'
import type { Pages } from './open-pages.ts'
import { schedulePeople, type PersonAct } from './people.ts'
import { runAttack, tapSessions, type AttackReport } from './run-attack.ts'
import type { RunningHome, Street } from './start-street.ts'

/** When things happen on the scripted day. */
const script = {
  /** Someone enrols a phone, charges, stops, and loses it. */
  people: instant(worldStart + inHours(7)),
  /** Someone else presses *start* at the charger, and is charging when the attack comes. */
  gesture: instant(worldStart + inHours(8.25)),
  attack: instant(worldStart + inHours(8.5)),
  /** A guest arrives while the answers are in the attacker's hands. */
  guest: instant(worldStart + inHours(8.5) + inMinutes(5)),
  answersEnd: instant(worldStart + inHours(8.5) + inMinutes(20)),
  /** The DSRSP's operator calls a charger, and again later if none was charging. */
  dispatch: [12.85, 15, 17].map((hours) => instant(worldStart + inHours(hours))),
} as const

const guestCar: Session = {
  pluggedIn: script.guest,
  departure: instant(worldStart + inHours(18)),
  energyWattHours: 6_000,
  vehicleWattsMax: 7_360,
}

export type Scenario = {
  readonly feed: FrequencyFeed
  readonly people: readonly PersonAct[]
  readonly attack: () => (AttackReport & { readonly answersChanged: number }) | undefined
  /** Calls of the DSRSP that a charger followed. */
  readonly dispatched: () => number
  /** The same attack, now. */
  readonly attackNow: () => Promise<AttackReport>
}

export type ScenarioOptions = {
  readonly day: Day
  readonly world: WorldClock
  readonly log: Log
  readonly say: (words: string) => void
  /** Without it the day has cars, a grid and drivers, and leaves the rest to whoever watches. */
  readonly scripted: boolean
}

/** Lays a day on a started street: prices, cars, drivers, grid, and by script people and attack. */
export async function scheduleDay(
  street: Street,
  pages: Pages,
  options: ScenarioOptions,
): Promise<Scenario> {
  const { day, world, say } = options
  const clock = world.clockFor('scenario')
  await prepareMarket(street, day, say)
  const captured = tapSessions(street.csms)
  const tell = await tellGoals(pages)
  driveCars(street.homes, clock, tell)
  const feed = feedFrequency(street.homes, day.frequency, clock)
  const attackNow = (): Promise<AttackReport> => runAttack(street, captured)
  const idle = { feed, people: [], attack: () => undefined, dispatched: () => 0, attackNow }
  if (!options.scripted) return idle

  const staying = street.homes.filter(staysTheEvening)
  const [first, second] = staying
  const people = first === undefined ? [] : schedulePeople(first, pages, clock, script.people)
  if (second !== undefined)
    at(clock, script.gesture, 'gesture', () => void second.station.hardware.press('start'))

  let attack: AttackReport | undefined
  let poison: AnswerAttack | undefined
  at(clock, script.attack, 'attack', async () => {
    say('20:30 — the attacker holds the CSMS and goes for every charger.')
    attack = await attackNow()
    poison = poisonAnswers([...street.csms.sessions.values()], {
      clock: world.clockFor('attacker'),
      activity: world.activity,
    })
  })
  at(clock, script.answersEnd, 'attack/end', () => poison?.end())
  const free = street.homes.find(({ session }) => session.departure < script.attack)
  if (free !== undefined) visit(free, guestCar, clock, tell)

  let dispatched = 0
  for (const moment of script.dispatch)
    at(clock, moment, 'dispatch', async () => {
      if (dispatched === 0) dispatched += Number(await dispatchOne(street))
    })
  return {
    ...idle,
    people,
    attack: () => attack && { ...attack, answersChanged: poison?.count() ?? 0 },
    dispatched: () => dispatched,
  }
}

/** A home whose car stays the evening and has time: nothing charges there before the night. */
const staysTheEvening = ({ session }: RunningHome): boolean =>
  session.pluggedIn < script.people - inMinutes(10) &&
  session.departure > script.people + inHours(8)
