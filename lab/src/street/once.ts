import type { Decision } from '@interlock/contract'
import type { Log } from '@interlock/host'
import { assert } from '@interlock/kernel'
import { withoutControls } from '../attacks/without-controls.ts'
import { worldEnd, worldStart, type Day } from '../worlds/day.ts'
import { createWorldClock, type Speed } from '../worlds/world-clock.ts'
import { createAttacker } from './attacker.ts'
import { verifyStreetAudit } from './audit-trail.ts'
import { decisionsDigest } from './decisions.ts'
import { tellGoals } from './driver.ts'
import type { ResponseReport } from './frequency-feed.ts'
import { countBy, rounded } from './measure.ts'
import { readOpenData, type OpenDataFigures } from './open-data.ts'
import { openPages } from './open-pages.ts'
import type { PersonAct } from './people.ts'
import { readRoaming, type RoamingReport } from './roaming.ts'
import type { ResponseAttackReport } from './run-response-attack.ts'
import { layDay, playScript, type ScriptedAttack } from './scenario.ts'
import { settle, type Settlement } from './settlement.ts'
import { startStreet, type Street } from './start-street.ts'
import { topicFigures, type TopicFigures } from './topic-figures.ts'

export type OnceOptions = {
  readonly dir: string
  readonly seed: number
  readonly day: Day
  readonly speed: Speed
  readonly controls: 'on' | 'off'
  readonly ports: { readonly console: number; readonly arm: number }
  readonly log: Log
  readonly say: (words: string) => void
  /** Ends the day early; `runOnce` then rejects with its reason when all is closed. */
  readonly stop?: AbortSignal
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
  /** Of the stations' gates, by reason. */
  readonly refusals: Readonly<Record<string, number>>
  readonly response: ResponseReport
  /** Calls of the DSRSP that a charger followed. */
  readonly dispatched: number
  readonly attack: ScriptedAttack
  /** The attacker holds the DSR provider, later the same night. */
  readonly responseAttack: ResponseAttackReport
  /** What the scripted (simulated) people did. */
  readonly people: readonly PersonAct[]
  /** The driver who charges with the card of a provider. */
  readonly roaming: RoamingReport
  /** What is published of the homes together, for everybody. */
  readonly openData: OpenDataFigures
  readonly topics: TopicFigures
  /** What the homes' own meters counted, as their supplier has read it of them. */
  readonly settlement: Settlement
  readonly auditVerified: boolean
  readonly decisionsSha256: string
  readonly wallSeconds: number
}

/** @throws Fault when something cannot start; nothing is left running. */
export async function runOnce(options: OnceOptions): Promise<OnceReport> {
  const began = performance.now()
  const { day, say, ports } = options
  const world = createWorldClock(worldStart)
  const street = await startStreet({
    ...options,
    sessions: day.sessions,
    world,
    ...(options.controls === 'off' ? { chargers: withoutControls } : {}),
  })
  try {
    options.stop?.throwIfAborted()
    options.stop?.addEventListener('abort', () => world.stop())
    const pages = await openPages(street, ports)
    const clock = world.clockFor('scenario')
    const tell = await tellGoals(pages)
    const feed = await layDay(street, day, { clock, say }, { tell })
    const attacker = createAttacker(street, world)
    const played = playScript(street, pages, world, { tell, attacker, say })
    say(`The day begins: ${new Date(worldStart).toISOString()}.`)
    await world.run(worldEnd, options.speed)
    options.stop?.throwIfAborted()
    await world.quiet()
    const attack = played.attack()
    const responseAttack = played.responseAttack()
    assert(attack !== undefined && responseAttack !== undefined, 'the script has both attacks')
    say('The day is over: checking every audit file.')
    const totals = await street.csms.totals()
    return {
      stations: street.homes.length,
      transactions: totals.transactions,
      energyKilowattHours: rounded(totals.energyWattHours / 1000),
      meterKilowattHours: rounded(metersOf(street) / 1000),
      ...tally(street),
      response: feed.report(),
      dispatched: played.dispatched(),
      attack,
      responseAttack,
      people: played.people,
      roaming: await readRoaming(street.plan, world.activity),
      openData: await readOpenData(street.plan, world.activity),
      topics: await topicFigures(street, world.activity),
      settlement: await settle(street.plan, world.activity),
      auditVerified: await verifyStreetAudit(street),
      decisionsSha256: decisionsDigest(decisionsOf(street)),
      wallSeconds: rounded((performance.now() - began) / 1000),
    }
  } finally {
    world.stop()
    await street.close()
  }
}

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
      applied: triggers.filter((each) => each.decision === 'applied').length,
      refused: triggers.filter((each) => each.decision === 'refused').length,
    },
    refusals: countBy(
      decisions.filter((each) => each.decision === 'refused'),
      (each) => each.reason,
    ),
  }
}
