import { inHours, inMinutes, instant, type Clock } from '@interlock/kernel'
import { poisonAnswers, type AnswerAttack } from '../attacks/answers.ts'
import { worldStart, type Day, type Session } from '../worlds/day.ts'
import type { WorldClock } from '../worlds/world-clock.ts'
import type { FrequencyRow } from '../files/frequency-file.ts'
import { at, driveCars, visit, type TellGoal } from './cars.ts'
import { dispatchOne } from './dispatch-one.ts'
import { feedFrequency, type FrequencyFeed } from './frequency-feed.ts'
import { prepareMarket } from './market.ts'
import type { Pages } from './open-pages.ts'
import { schedulePeople, type PersonAct } from './people.ts'
import { runAttack, tapSessions, watchLoad, type AttackReport } from './run-attack.ts'
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
  /** A budget window and the longest random delay after the attack. */
  effectsOver: instant(worldStart + inHours(8.5) + inMinutes(45)),
  /** The DSRSP's operator calls a charger, and again later if none was charging. */
  dispatch: [12.85, 15, 17].map((hours) => instant(worldStart + inHours(hours))),
} as const

const guestCar: Session = {
  pluggedIn: script.guest,
  departure: instant(worldStart + inHours(18)),
  energyWattHours: 6_000,
  vehicleWattsMax: 7_360,
}

export type ScriptedAttack = AttackReport & {
  readonly answersChanged: number
  /** Highest less lowest load of the chargers that got a countersigned command, until it had its effect. */
  readonly countersignedObservedWatts: number
}

export type Script = {
  readonly people: readonly PersonAct[]
  readonly attack: () => ScriptedAttack | undefined
  /** Calls of the DSRSP that a charger followed. */
  readonly dispatched: () => number
}

/**
 * Prices, cars, drivers and grid of one day, laid on a started street.
 *
 * @throws Fault when a meter did not take the tariff.
 */
export async function layDay(
  street: Street,
  day: Day,
  world: { readonly clock: Clock; readonly say: (words: string) => void },
  parts: { readonly tell: TellGoal; readonly onSample?: (row: FrequencyRow) => void },
): Promise<FrequencyFeed> {
  await prepareMarket(street, day, world.say)
  driveCars(street.homes, day.sessions, world.clock, parts.tell)
  return feedFrequency(street.homes, day.frequency, world.clock, parts.onSample)
}

/** Whoever takes the CSMS over has seen everything since this was called; the result attacks. */
export function watchForAttack(street: Street): () => Promise<AttackReport> {
  const seen = tapSessions(street.csms)
  return () => runAttack(street, seen())
}

/** People, guest, dispatch and attack of the first day, as `--once` plays them. */
export function playScript(
  street: Street,
  pages: Pages,
  world: WorldClock,
  parts: {
    readonly tell: TellGoal
    readonly attackNow: () => Promise<AttackReport>
    readonly say: (words: string) => void
  },
): Script {
  const clock = world.clockFor('scenario')
  const [first, second] = street.homes.filter(staysTheEvening)
  const people = first === undefined ? [] : schedulePeople(first, pages, clock, script.people)
  if (second !== undefined)
    at(clock, script.gesture, 'gesture', () => void second.station.hardware.press('start'))

  let attack: AttackReport | undefined
  let poison: AnswerAttack | undefined
  let aftermath: ReturnType<typeof watchLoad> | undefined
  let observed = 0
  at(clock, script.attack, 'attack', async () => {
    parts.say('20:30 — the attacker holds the CSMS and goes for every charger.')
    const report = await parts.attackNow()
    attack = report
    const granted = street.homes.filter(({ home }) => report.granted.includes(home.stationId))
    aftermath = watchLoad({ homes: granted })
    poison = poisonAnswers([...street.csms.sessions.values()], {
      clock: world.clockFor('attacker'),
      activity: world.activity,
    })
  })
  at(clock, script.answersEnd, 'attack/end', () => poison?.end())
  at(clock, script.effectsOver, 'attack/over', () => {
    observed = aftermath?.stop().loadStepWatts ?? 0
  })
  const free = street.homes.find(({ session }) => session.departure < script.attack)
  if (free !== undefined) visit(free, guestCar, clock, parts.tell)

  let dispatched = 0
  for (const moment of script.dispatch)
    at(clock, moment, 'dispatch', async () => {
      if (dispatched === 0) dispatched += Number(await dispatchOne(street))
    })
  return {
    people,
    attack: () =>
      attack && {
        ...attack,
        answersChanged: poison?.count() ?? 0,
        countersignedObservedWatts: observed,
      },
    dispatched: () => dispatched,
  }
}

/** A home whose car stays the evening and has time: nothing charges there before the night. */
const staysTheEvening = ({ session }: RunningHome): boolean =>
  session.pluggedIn < script.people - inMinutes(10) &&
  session.departure > script.people + inHours(8)
