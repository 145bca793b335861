import type { FlattenedJws } from '@interlock/contract'
import type { CsmsRunning } from '@interlock/csms'
import { httpClient, loadIdentity, nodeCrypto, readText, type Identity } from '@interlock/host'
import type { StationId } from '@interlock/kernel'
import type { Action, Endpoint } from '@interlock/ocpp'
import { fromPem, toPem } from '@interlock/pki'
import { createForge } from '../attacks/forge.ts'
import { takeOver, type Attempt, type Loot, type Target } from '../attacks/takeover.ts'
import { ratingWatts } from './address-book.ts'
import { firmwareSha256, https, streetBudget } from './configs.ts'
import { countBy } from './measure.ts'
import type { Street } from './start-street.ts'

export type AttackReport = {
  readonly commandsSent: number
  /** Accepted by a station without a second party. */
  readonly commandsApplied: number
  /** By command, those that no control stopped, of every station and every way without a second party. */
  readonly unstopped: Readonly<Record<string, number>>
  /** Worst case of all that the attacker got countersigned, had it been delivered at one moment. */
  readonly countersignedStepWatts: number
  /** By command, how many the supervisor countersigned. */
  readonly countersigned: Readonly<Record<string, number>>
  /** Where a countersigned command can move load. */
  readonly granted: readonly StationId[]
  readonly budgetWatts: number
  /** Highest less lowest load of the street while the attack ran, from the chargers' meters. */
  readonly loadStepWatts: number
  /** Every rise and every fall of it added up, as a ledger counts. */
  readonly loadSwingWatts: number
  readonly loadBeforeWatts: number
  readonly loadAfterWatts: number
  /** What the cars that were plugged in could draw together. */
  readonly streetWatts: number
  readonly refusals: Readonly<Record<string, number>>
}

/**
 * Genuine signed messages as they pass the CSMS, schedules and triggers alike; whoever holds the CSMS
 * has seen them all. The result gives what was seen until it is called.
 */
export function tapSessions(csms: CsmsRunning): () => Loot['captured'] {
  const seen = new Map<string, FlattenedJws>()
  const tap = (station: StationId, session: Endpoint): void => {
    const genuine = session.callSigned.bind(session)
    session.callSigned = (action: Action, jws, options) => {
      seen.set(`${station} ${action}`, jws)
      return genuine(action, jws, options)
    }
  }
  for (const [station, session] of csms.sessions) tap(station, session)
  csms.onSession(tap)
  return () => {
    const until = new Map(seen)
    return (station, action) => until.get(`${station} ${action}`)
  }
}

/** Wall time for a charger that restarts to be back; it reconnects at once. */
const backWithinMillis = 10_000

function sessionOf(csms: CsmsRunning, station: StationId): Promise<Endpoint | undefined> {
  const live = csms.sessions.get(station)
  if (live !== undefined) return Promise.resolve(live)
  return new Promise((resolve) => {
    const give = (session: Endpoint | undefined): void => {
      forget()
      clearTimeout(timer)
      resolve(session)
    }
    const forget = csms.onSession((opened, session) => {
      if (opened === station) give(session)
    })
    const timer = setTimeout(() => give(undefined), backWithinMillis)
  })
}

/** Takes the CSMS over and tries everything; the street is watched meanwhile. */
export async function runAttack(street: Street, captured: Loot['captured']): Promise<AttackReport> {
  const identity = loadIdentity(street.plan.layout.server('csms').charging)
  const deps = street.depsOf('attacker')
  const http = httpClient({
    identity,
    trust: { roots: [readText(street.plan.layout.trust.charging)] },
    activity: deps.activity,
  })
  const loads = watchLoad(street)
  const streetWatts = street.homes.reduce((sum, each) => sum + demandWatts(each), 0)
  try {
    const attempts = await takeOver(
      street.homes.map(targetOf),
      {
        sessionOf: (station) => sessionOf(street.csms, station),
        captured,
        submit: async (stationId, command) => {
          const url = `${https(street.plan, 'supervisor')}/api/v1/countersignatures`
          const answer = await http.request('POST', url, { stationId, command })
          const body = answer.body as { command?: FlattenedJws; reason?: string }
          return body.command === undefined
            ? { reason: body.reason ?? String(answer.status) }
            : { command: body.command }
        },
      },
      createForge(identity, deps.clock, nodeCrypto, {
        certificatePem: leafOf(identity),
        firmwareSha256,
      }),
      nodeCrypto,
    )
    return { ...reportOf(attempts, street.homes.length), ...loads.stop(), streetWatts }
  } finally {
    loads.stop()
    await http.close()
  }
}

function targetOf(home: Street['homes'][number]): Target {
  const { stationId, station: eui } = home.home
  const { powerWatts, transactionId, why } = home.station.observe()
  // Its owner has stopped nothing there: a schedule decides.
  const waits = powerWatts === 0 && demandWatts(home) > 0 && /^(Schedule|Fallback)$/.test(why)
  return { stationId, eui, ratingWatts, transactionId, waits }
}

/** What the car at a charger would draw if it were let; 0 without one, or when it is full. */
function demandWatts({ station, session }: Street['homes'][number]): number {
  const { state, why } = station.observe()
  return state === 'Idle' || why === 'Full' ? 0 : session.vehicleWattsMax
}

const leafOf = ({ chainPem }: Identity): string =>
  fromPem(chainPem, 'CERTIFICATE')
    .slice(0, 1)
    .map((der) => toPem(der, 'CERTIFICATE'))
    .join('')

function reportOf(attempts: readonly Attempt[], stations: number) {
  const alone = attempts.filter((each) => each.variant !== 'submitted')
  const granted = attempts.flatMap(({ countersignedWatts: watts, command, station }) =>
    watts === undefined ? [] : [{ watts, command, station }],
  )
  return {
    commandsSent: attempts.length,
    commandsApplied: alone.filter((each) => each.outcome === 'applied').length,
    unstopped: countBy(
      alone.filter((each) => each.outcome !== 'refused'),
      (each) => each.command,
    ),
    countersignedStepWatts: granted.reduce((sum, each) => sum + each.watts, 0),
    countersigned: countBy(granted, (each) => each.command),
    granted: [...new Set(granted.filter((each) => each.watts > 0).map((each) => each.station))],
    budgetWatts: streetBudget(stations).organisationWatts,
    refusals: countBy(
      attempts.filter((each) => each.outcome === 'refused'),
      (each) => each.reason,
    ),
  }
}

/**
 * The street's load, from the chargers' own meters, at every change. A car that is full stops by
 * itself, which nobody has switched: it counts as it last drew.
 */
export function watchLoad(street: Pick<Street, 'homes'>) {
  const drawn = new Map<StationId, number>()
  const loadOf = ({ home: { stationId }, station }: Street['homes'][number]): number => {
    const { powerWatts, why } = station.observe()
    const watts = why === 'Full' ? (drawn.get(stationId) ?? powerWatts) : powerWatts
    drawn.set(stationId, watts)
    return watts
  }
  const load = (): number => street.homes.reduce((sum, each) => sum + loadOf(each), 0)
  const before = load()
  let [lowest, highest, last] = [before, before, before]
  let swing = 0
  const look = (): void => {
    const now = load()
    swing += Math.abs(now - last)
    last = now
    lowest = Math.min(lowest, last)
    highest = Math.max(highest, last)
  }
  const forget = street.homes.map(({ station }) => station.onChange(look))
  return {
    stop: () => {
      for (const each of forget.splice(0)) each()
      return {
        loadBeforeWatts: before,
        loadAfterWatts: last,
        loadStepWatts: highest - lowest,
        loadSwingWatts: swing,
      }
    },
  }
}
