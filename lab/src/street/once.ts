import type { Decision } from '@interlock/contract'
import type { Log } from '@interlock/host'
import { inHours, inMinutes, instant } from '@interlock/kernel'
import { openGate } from '../attacks/open-gate.ts'
import { poisonAnswers } from '../attacks/answers.ts'
import { worldEnd, worldStart, type Day } from '../worlds/day.ts'
import { createWorldClock, type Speed } from '../worlds/world-clock.ts'
import { verifyStreetAudit } from './audit-trail.ts'
import { at, driveCars, visit } from './cars.ts'
import { decisionsDigest } from './decisions.ts'
import { dispatchOne } from './dispatch-one.ts'
import { tellGoals } from './driver.ts'
import { feedFrequency, type ResponseReport } from './frequency-feed.ts'
import { countBy, rounded } from './measure.ts'
import { openPages } from './open-pages.ts'
import { schedulePeople, type PersonAct } from './people.ts'
import { prepareMarket } from './market.ts'
import { runAttack, tapSessions, type AttackReport } from './run-attack.ts'
import { startStreet, type Street } from './start-street.ts'

export type OnceOptions = {
  readonly dir: string
  readonly seed: number
  readonly day: Day
  readonly speed: Speed
  readonly controls: 'on' | 'off'
  readonly ports: { readonly console: number; readonly arm: number }
  readonly log: Log
  readonly say: (words: string) => void
}

/** One day of the street, as `interlock demo --once --json` prints it. */
export type OnceReport = {
  readonly stations: number
  readonly transactions: number
  readonly energyKilowattHours: number
  /** Sum of the stations' own meters; equal to the energy that the CSMS has on its books. */
  readonly meterKilowattHours: number
  readonly arms: Readonly<Record<'granted' | 'used' | 'expired' | 'refused', number>>
  readonly triggers: { readonly applied: number; readonly refused: number }
  readonly refusals: Readonly<Record<string, number>>
  readonly response: ResponseReport
  readonly attack: AttackReport & { readonly answersChanged: number }
  /** Calls of the DSRSP that a charger followed. */
  readonly dispatched: number
  /** What the scripted (simulated) people did. */
  readonly people: readonly PersonAct[]
  readonly auditVerified: boolean
  readonly decisionsSha256: string
  readonly wallSeconds: number
}

/** When things happen on the scripted day. */
const script = {
  peopleFrom: instant(worldStart + inHours(7)),
  gesture: instant(worldStart + inHours(8.25)),
  guestComes: instant(worldStart + inHours(8.5) + inMinutes(1)),
  attack: instant(worldStart + inHours(8.5)),
  answersEnd: instant(worldStart + inHours(8.5) + inMinutes(20)),
  dispatch: instant(worldStart + inHours(14.5)),
} as const

/** @throws Fault when something cannot start; nothing is left running. */
export async function runOnce(options: OnceOptions): Promise<OnceReport> {
  const began = performance.now()
  const world = createWorldClock(worldStart)
  const street = await startStreet({
    ...options,
    sessions: options.day.sessions,
    world,
    ...(options.controls === 'off' ? { gate: openGate } : {}),
  })
  try {
    const happened = await liveThrough(street, options, world)
    const totals = await street.csms.totals()
    options.say('Closing the day: checking every audit file.')
    return {
      stations: street.homes.length,
      transactions: totals.transactions,
      energyKilowattHours: rounded(totals.energyWattHours / 1000),
      meterKilowattHours: rounded(metersOf(street) / 1000),
      ...tally(street),
      ...happened,
      auditVerified: await verifyStreetAudit(street),
      decisionsSha256: decisionsDigest(decisionsOf(street)),
      wallSeconds: rounded((performance.now() - began) / 1000),
    }
  } finally {
    world.stop()
    await street.close()
  }
}

async function liveThrough(
  street: Street,
  options: OnceOptions,
  world: ReturnType<typeof createWorldClock>,
) {
  const { day, say, speed } = options
  const clock = world.clockFor('scenario')
  await prepareMarket(street, day, say)
  const pages = await openPages(street, options.ports)
  const captured = tapSessions(street.csms)
  const tell = await tellGoals(pages)

  driveCars(street.homes, clock, tell)
  const feed = feedFrequency(street.homes, day.frequency, clock)
  const chosen = street.homes.find(staysTheEvening)
  const people = chosen === undefined ? [] : schedulePeople(chosen, pages, clock, script.peopleFrom)

  let attack: AttackReport | undefined
  let poison: ReturnType<typeof poisonAnswers> | undefined
  at(clock, script.attack, 'attack', async () => {
    say('20:30 — the attacker holds the CSMS and goes for every charger.')
    attack = await runAttack(street, captured)
    poison = poisonAnswers([...street.csms.sessions.values()], {
      clock: world.clockFor('attacker'),
      activity: world.activity,
    })
  })
  const guest = street.homes.find(({ session }) => session.departure < script.attack)
  if (guest !== undefined)
    visit(
      guest,
      {
        pluggedIn: script.guestComes,
        departure: instant(worldStart + inHours(18)),
        energyWattHours: 6_000,
        vehicleWattsMax: 7_360,
      },
      clock,
      tell,
    )
  at(clock, script.answersEnd, 'attack/end', () => poison?.end())

  say(`The day begins: ${new Date(worldStart).toISOString()}.`)
  await world.run(worldEnd, speed)
  await world.quiet()
  if (attack === undefined) throw new Error('the day ended without its attack')
  return {
    response: feed.report(),
    attack: { ...attack, answersChanged: poison?.count() ?? 0 },
    people,
    dispatched: (await Promise.all(calls)).filter(Boolean).length,
  }
}

/** A home whose car stays the evening and has time: nothing charges there before the night. */
const staysTheEvening = ({ session }: Street['homes'][number]): boolean =>
  session.pluggedIn < script.peopleFrom - inMinutes(10) &&
  session.departure > script.peopleFrom + inHours(8)

const decisionsOf = (street: Street): readonly Decision[] =>
  street.homes.flatMap(({ station }) => station.decisions())

const metersOf = (street: Street): number =>
  street.homes.reduce((sum, { station }) => sum + station.observe().meterWattHours, 0)

function tally(street: Street): Pick<OnceReport, 'arms' | 'triggers' | 'refusals'> {
  const { granted, used, unused, refused } = street.dcc.totals()
  const decisions = decisionsOf(street)
  const triggers = decisions.filter((each) => /^Request(Start|Stop)Transaction$/.test(each.action))
  return {
    arms: { granted, used, expired: unused, refused },
    triggers: {
      applied: decisions.filter((each) => each.second === 'armed' && each.decision === 'applied')
        .length,
      refused: triggers.filter((each) => each.decision === 'refused').length,
    },
    refusals: countBy(
      decisions.filter((each) => each.decision === 'refused'),
      (each) => each.reason,
    ),
  }
}
