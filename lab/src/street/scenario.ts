import {
  inHours,
  inMinutes,
  instant,
  type Clock,
  type Instant,
  type Millis,
} from '@interlock/kernel'
import { worldStart, type Day } from '../worlds/day.ts'
import type { WorldClock } from '../worlds/world-clock.ts'
import type { FrequencyRow } from '../files/frequency-file.ts'
import type { AnswersReport } from './attack-answers.ts'
import type { Attacker } from './attacker.ts'
import { at, driveCars, type TellGoal } from './cars.ts'
import { dispatchOne } from './dispatch-one.ts'
import { feedFrequency, type FrequencyFeed } from './frequency-feed.ts'
import { guestsDuring } from './guests.ts'
import { prepareMarket } from './market.ts'
import type { Pages } from './open-pages.ts'
import { schedulePeople, type PersonAct } from './people.ts'
import { watchLoad, type AttackReport } from './run-attack.ts'
import { tellOfCard } from './roaming.ts'
import { runResponseAttack, type ResponseAttackReport } from './run-response-attack.ts'
import type { RunningHome, Street } from './start-street.ts'

/** When things happen on the scripted day. */
const script = {
  /** Someone enrols a phone, charges, stops, and loses it. */
  people: instant(worldStart + inHours(7)),
  /** Someone else presses *start* at the charger, and is charging when the attack comes. */
  gesture: instant(worldStart + inHours(8.25)),
  attack: instant(worldStart + inHours(8.5)),
  /** A budget window and the longest random delay after the attack. */
  effectsOver: instant(worldStart + inHours(8.5) + inMinutes(45)),
  /** After the grid event, while cars charge; all of it lies in one budget window. */
  responseAttack: instant(worldStart + inHours(14) + inMinutes(2)),
  /** The DSRSP's operator calls a charger, and again later if none was charging. */
  dispatch: [12.85, 15, 17].map((hours) => instant(worldStart + inHours(hours))),
} as const

export type ScriptedAttack = AttackReport &
  AnswersReport & {
    /** Highest less lowest load of the chargers that got a countersigned command, until it had its effect. */
    readonly countersignedObservedWatts: number
  }

export type Script = {
  readonly people: readonly PersonAct[]
  readonly attack: () => ScriptedAttack | undefined
  readonly responseAttack: () => ResponseAttackReport | undefined
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
  parts: {
    readonly tell: TellGoal
    readonly onSample?: (row: FrequencyRow) => void
    readonly calmEvery?: (now: Instant) => Millis
  },
): Promise<FrequencyFeed> {
  await prepareMarket(street, day, world.say)
  tellOfCard(street, day.sessions, world.clock, world.say)
  driveCars(street.homes, day.sessions, world.clock, parts.tell, street.cardAt)
  return feedFrequency(street.homes, day.frequency, world.clock, parts.onSample, parts.calmEvery)
}

/** People, guest, dispatch and attack of the first day, as `--once` plays them. */
export function playScript(
  street: Street,
  pages: Pages,
  world: WorldClock,
  parts: {
    readonly tell: TellGoal
    readonly attacker: Attacker
    readonly say: (words: string) => void
  },
): Script {
  const clock = world.clockFor('scenario')
  const [first, second] = street.homes.filter(staysTheEvening)
  const people =
    first === undefined ? [] : schedulePeople(first, pages, clock, script.people, street)
  if (second !== undefined)
    at(clock, script.gesture, 'gesture', () => void second.station.hardware.press('start'))

  let attack: AttackReport | undefined
  let aftermath: ReturnType<typeof watchLoad> | undefined
  let observed = 0
  at(clock, script.attack, 'attack', async () => {
    parts.say('20:30 — the attacker holds the CSMS and goes for every charger.')
    const report = await parts.attacker.attack()
    attack = report
    const granted = street.homes.filter(({ home }) => report.granted.includes(home.stationId))
    aftermath = watchLoad({ homes: granted })
    guestsDuring(street.homes, report.answersFrom, clock, parts.tell)
  })
  at(clock, script.effectsOver, 'attack/over', () => {
    observed = aftermath?.stop().loadStepWatts ?? 0
  })
  let responseAttack: ResponseAttackReport | undefined
  at(clock, script.responseAttack, 'response-attack', async () => {
    parts.say('02:02 — the attacker holds the DSR provider and dispatches every charger.')
    responseAttack = await runResponseAttack(street)
  })
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
        ...parts.attacker.answers(),
        countersignedObservedWatts: observed,
      },
    responseAttack: () => responseAttack,
    dispatched: () => dispatched,
  }
}

/** A home whose car stays the evening and has time: nothing charges there before the night. */
const staysTheEvening = ({ session }: RunningHome): boolean =>
  session.pluggedIn < script.people - inMinutes(10) &&
  session.departure > script.people + inHours(8)
