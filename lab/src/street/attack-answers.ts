import { inMinutes, instant, type StationId } from '@interlock/kernel'
import { poisonAnswers } from '../attacks/answers.ts'
import { contextActs, sendContext } from '../attacks/contexts.ts'
import type { WorldClock } from '../worlds/world-clock.ts'
import { at } from './cars.ts'
import { idTokenOf } from './configs.ts'
import { countBy } from './measure.ts'
import { watchLoad } from './run-attack.ts'
import type { Street } from './start-street.ts'

/** When, after the beginning, the attack by answers goes on to its next lie. */
export const answersPhases = {
  /** What was held back is given to all at once, and everybody is refused from then on. */
  release: inMinutes(12),
  /** Every connection is dropped. */
  drop: inMinutes(15),
  /** The street loses power for a moment, and nobody boots again. */
  refuseBoots: inMinutes(16),
  end: inMinutes(24),
} as const

export type AnswersAttack = {
  readonly report: () => AnswersReport
}
export type AnswersReport = {
  /** Answers changed or held back, messages sent and connections dropped, by row of the risk table. */
  readonly answers: Readonly<Record<string, number>>
  readonly answersChanged: number
  /** What the chargers made of them, by the reason that they noted. */
  readonly answersNoted: Readonly<Record<string, number>>
  /** Highest less lowest load meanwhile, of the chargers where nothing countersigned may move it. */
  readonly answersStepWatts: number
}

/**
 * The holder of the CSMS's sessions strikes every owner from the lists and lies in every answer, for
 * {@link answersPhases}; the street is watched meanwhile.
 */
export async function attackByAnswers(
  street: Street,
  world: WorldClock,
  granted: readonly StationId[],
): Promise<AnswersAttack> {
  const clock = world.clockFor('attacker')
  const from = clock.now()
  const until = instant(from + answersPhases.end)
  const sent = await softenUp(street)
  const attack = poisonAnswers(
    {
      now: () => street.csms.sessions.values(),
      onOpen: (take) => street.csms.onSession((_, session) => take(session)),
    },
    { clock, activity: world.activity },
  )
  const load = watchLoad({
    homes: street.homes.filter(({ home }) => !granted.includes(home.stationId)),
  })
  let over: { readonly stepWatts: number } | undefined
  at(clock, instant(from + answersPhases.release), 'answers/release', attack.release)
  at(clock, instant(from + answersPhases.drop), 'answers/drop', () => dropAll(street, sent))
  at(clock, instant(from + answersPhases.refuseBoots), 'answers/boots', () => {
    attack.refuseBoots()
    return cutPower(street)
  })
  at(clock, until, 'answers/end', () => {
    attack.end()
    over = { stepWatts: load.stop().loadStepWatts }
  })
  return {
    report: () => {
      const changed = attack.counts()
      return {
        answers: { ...Object.fromEntries(sent), ...changed },
        answersChanged: Object.values(changed).reduce((sum, each) => sum + each, 0),
        answersNoted: notedSince(street, from, until),
        answersStepWatts: over?.stepWatts ?? 0,
      }
    },
  }
}

/** Decisions about answers, not about commands. */
const aboutAnswers: readonly string[] = [
  'Authorize',
  'AuthorizeResponse',
  'TransactionEventResponse',
  'CurrentTime',
]

const notedSince = (street: Street, from: number, until: number) =>
  countBy(
    street.homes
      .flatMap(({ station }) => station.decisions())
      .filter(({ action, at: moment }) => aboutAnswers.includes(action) && moment >= from)
      .filter(({ at: moment }) => moment <= until),
    (each) => each.reason,
  )

type Counts = Map<string, number>
const add = (counts: Counts, on: string): void => void counts.set(on, (counts.get(on) ?? 0) + 1)

async function softenUp(street: Street): Promise<Counts> {
  const sent: Counts = new Map()
  for (const { home } of street.homes)
    for (const act of contextActs) {
      const session = street.csms.sessions.get(home.stationId)
      if (session === undefined) continue
      await sendContext(act, session, idTokenOf(home))
      add(sent, act.on)
    }
  return sent
}

/** Contact is lost with everyone at once. */
async function dropAll(street: Street, sent: Counts): Promise<void> {
  await Promise.all(
    [...street.csms.sessions].map(async ([station, session]) => {
      add(sent, 'LossOfContact')
      const back = comesBack(street, station)
      session.close(1001, 'going away')
      await back
    }),
  )
}

/** Whoever comes back after this must boot. */
async function cutPower(street: Street): Promise<void> {
  await Promise.all(
    street.homes.map(async ({ home, station }) => {
      const back = comesBack(street, home.stationId)
      station.hardware.powerCut()
      await back
    }),
  )
}

/** Wall time that a charger has to come back; one that does not is away. */
const awayMillis = 10_000

/** Dropping takes no world time, so the street waits here until the chargers are back. */
function comesBack(street: Street, station: StationId): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      forget()
      resolve()
    }
    const forget = street.csms.onSession((opened) => {
      if (opened === station) done()
    })
    const timer = setTimeout(done, awayMillis)
  })
}
