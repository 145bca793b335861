import { inHours, inSeconds, instant, type Instant, type StationId } from '@interlock/kernel'
import {
  groupBlockMillis,
  mergePeriods,
  planUnderDelays,
  priceAt,
  wholeSecond,
  type HalfHourPrice,
  type Period,
  type Schedule,
  type SteadyPlan,
  type SteadySession,
} from '@interlock/power'
import {
  fuseWatts,
  isFuseTooSmall,
  leastWattsOf,
  linesOf,
  type Connection,
  type Left,
} from './feeder-lines.ts'

/** A vehicle on a feeder whose charging this CSMS plans. */
export type FeederSession = {
  readonly station: StationId
  readonly transactionId: string
  readonly departure: Instant
  readonly energyWattHours: number
  readonly maxWatts: number
  /** Absent where no tariff of its home is known: any hour is as good as another. */
  readonly prices: readonly HalfHourPrice[] | undefined
  /** What it may draw until its first edge, at most. */
  readonly before: number
  /** Its part of what the feeder bears when the operator is silent. */
  readonly fallbackWatts: number
  readonly delaySecondsMax: number
  readonly connection: Connection | undefined
}

export type FeederNeed = {
  readonly now: Instant
  readonly sessions: readonly FeederSession[]
  /** What may be drawn at that time, less what those draw whom nobody here can tell anything. */
  readonly leftAt: (at: Instant) => Left
}

export type FeederPlan = {
  /** Where its first block begins. */
  readonly from: Instant
  readonly sessions: readonly (SteadySession & Pick<FeederSession, 'transactionId' | 'departure'>)[]
  /** Blocks in which vehicles would need more, or others alone draw more than there is. */
  readonly shortBlocks: readonly Instant[]
}

/** A schedule reaches a day ahead (`scheduleMillisMax`). */
const blocksMax = 96
/** Of no account where a price is known; else as dear as it gets, so that it is used last. */
const unknownPence = 1_000

/**
 * So long ahead a schedule rests on the operator's word; later it allows the fallback alone, until it is
 * renewed. By whole hours, so that a charge of some hours is sent a few times and not each block.
 */
export const vouchedUntil = (now: Instant): Instant =>
  instant(Math.floor((now + inHours(2)) / inHours(1)) * inHours(1))

const blockOf = (at: number): Instant =>
  instant(Math.floor(at / groupBlockMillis) * groupBlockMillis)
const startOf = (from: Instant, block: number): Instant => instant(from + block * groupBlockMillis)

/**
 * What each vehicle may draw in each block to departure, a day at most: all they need, inside what the
 * feeder, its phases and their fuses bear, whatever random delays they draw; nothing, or no less than a vehicle
 * charges at. Departures count by the block that has ended before.
 */
export function planFeeder({ now, sessions, leftAt }: FeederNeed): FeederPlan {
  const from = blockOf(now)
  const ends = sessions.map(({ departure }) => endOf(from, departure))
  const length = Math.max(1, ...ends.map((end) => (end - from) / groupBlockMillis))
  const blocks = Array.from({ length }, (_, at) => startOf(from, at))
  const left = blocks.map((at) => leftAt(at))
  const plan = planUnderDelays({
    group: {
      from,
      capacity: left,
      tariffs: sessions.map(({ prices }) =>
        blocks.map((at) => (prices === undefined ? 0 : (priceAt(prices, at) ?? unknownPence))),
      ),
      sessions: sessions.map((each, at) => ({
        id: each.station,
        arrival: now,
        departure: ends[at] ?? from,
        energyWattHours: each.energyWattHours,
        maxWatts: each.maxWatts,
        phase: each.connection?.phase ?? 'ALL',
        tariff: at,
        ...(each.connection?.fuse && { fuse: each.connection.fuse.name }),
      })),
      fuses: fuseWatts(sessions, length),
    },
    lines: linesOf(sessions, left),
    leastWatts: sessions.map(({ connection }) => leastWattsOf(connection)),
    now,
    before: sessions.map(({ before }) => before),
    delayBlocks: delayBlocksOf(sessions),
  })
  const over = left.flatMap(({ watts, phaseWatts = [] }, at) =>
    Math.min(watts, ...phaseWatts) < 0 ? [at] : [],
  )
  const named = plan.sessions.map((each, at) => withReason(each, sessions[at]?.connection))
  return {
    from,
    sessions: named.map((each, at) => ({
      ...each,
      transactionId: sessions[at]?.transactionId ?? '',
      departure: sessions[at]?.departure ?? from,
    })),
    shortBlocks: [...new Set([...shortOf({ ...plan, sessions: named }), ...over])]
      .sort((a, b) => a - b)
      .map((at) => startOf(from, at)),
  }
}

function withReason(session: SteadySession, connection: Connection | undefined): SteadySession {
  const { shortfall } = session
  if (shortfall === undefined || connection === undefined || !isFuseTooSmall(connection))
    return session
  return { ...session, shortfall: { ...shortfall, reason: 'FuseTooSmall' } }
}

/** Where it is the delays that leave too little, that is so wherever its vehicle stands. */
const shortOf = ({ sessions, shortBlocks }: SteadyPlan): readonly number[] =>
  shortBlocks.length > 0
    ? shortBlocks
    : sessions.flatMap(({ watts, shortfall }) =>
        shortfall?.reason === 'CapacityTooSmall' ? [...watts.keys()] : [],
      )

const endOf = (from: Instant, departure: Instant): Instant =>
  instant(Math.max(startOf(from, 1), Math.min(blockOf(departure), startOf(from, blocksMax))))

const delayBlocksOf = (sessions: readonly FeederSession[]): number =>
  Math.ceil(
    inSeconds(Math.max(0, ...sessions.map((each) => each.delaySecondsMax))) / groupBlockMillis,
  )

/** A third of a whole watt is none. */
const roundingWatts = 1e-3

/** Energy that a vehicle may be behind or ahead of its plan before that is made anew. */
const behindWattHoursMax = 500

/**
 * Whether a plan still serves: for the same vehicles, inside what the feeder bears now, with all they
 * still need. One that leaves somebody short does not, for there may be more by now.
 */
export function serves(plan: FeederPlan, { now, sessions, leftAt }: FeederNeed): boolean {
  if (plan.shortBlocks.length > 0 || plan.sessions.length !== sessions.length) return false
  const first = (blockOf(now) - plan.from) / groupBlockMillis
  const late = delayBlocksOf(sessions)
  for (const [at, session] of sessions.entries()) {
    const held = plan.sessions[at]
    if (held === undefined || held.shortfall !== undefined) return false
    if (held.id !== session.station || held.transactionId !== session.transactionId) return false
    if (held.departure !== session.departure) return false
    const hours = (block: number): number =>
      (startOf(plan.from, block + 1) - Math.max(now, startOf(plan.from, block))) / 3_600_000
    const ahead = held.watts.reduce(
      (sum, watts, block) => (block < first ? sum : sum + watts * hours(block)),
      0,
    )
    // The last block of a plan may hold more than is needed.
    const spareWattHours = (leastWattsOf(session.connection) * groupBlockMillis) / 3_600_000
    const more = ahead - session.energyWattHours
    if (more < -behindWattHoursMax || more > behindWattHoursMax + spareWattHours) return false
  }
  const length = Math.max(0, ...plan.sessions.map(({ watts }) => watts.length))
  const left = Array.from({ length }, (_, block) => leftAt(startOf(plan.from, block)))
  const whole = { watts: left.map(({ watts }) => watts), parts: sessions.map(() => 1) }
  return [whole, ...linesOf(sessions, left)].every(({ watts, parts }) =>
    watts.every((most, block) => {
      if (block < first) return true
      const drawn = plan.sessions.reduce((sum, each, at) => {
        const followed = each.watts.slice(Math.max(0, block - late), block + 1)
        return sum + (parts[at] ?? 0) * Math.max(0, ...followed)
      }, 0)
      return drawn <= most + roundingWatts
    }),
  )
}

/**
 * What the station is sent: the plan for as long as the operator vouches for it, and after that no more
 * than its part of the fallback. It is renewed while all are heard, so that without anybody the fallback
 * comes by itself.
 */
export function scheduleFor(
  plan: FeederPlan,
  session: FeederSession,
  now: Instant,
  vouchedUntil: Instant,
): Schedule | undefined {
  const watts = plan.sessions.find(({ id }) => id === session.station)?.watts ?? []
  const from = wholeSecond(now)
  const until = endOf(plan.from, session.departure)
  const periods = watts.flatMap((level, at): Period[] => {
    const begins = startOf(plan.from, at)
    if (begins >= until || startOf(plan.from, at + 1) <= from) return []
    const limitWatts = begins < vouchedUntil ? level : Math.min(level, session.fallbackWatts)
    return [{ from: instant(Math.max(begins, from)), limitWatts }]
  })
  return periods.length === 0 || until <= from
    ? undefined
    : { from, until, periods: mergePeriods(periods) }
}
