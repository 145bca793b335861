import {
  assert,
  Fault,
  inHours,
  inMinutes,
  instant,
  seeded,
  toIso,
  type Entropy,
  type Instant,
} from '@interlock/kernel'
import { layFrequency, readFrequencyFile, type FrequencyRow } from '../files/frequency-file.ts'
import { readSessionFile, type SessionRow } from '../files/session-file.ts'
import { dayOf, layTariff, readTariffFile, type PriceRow } from '../files/tariff-file.ts'
import { gridEvent } from './grid-event.ts'

/** The world's calendar: a winter Monday, when British local time is UTC. Noon to noon. */
export const worldStart = instant(Date.UTC(2026, 0, 12, 12))
export const worldEnd = instant(worldStart + inHours(24))

/** One car at one charger: when it comes, when it must leave, what it needs. */
export type Session = {
  readonly pluggedIn: Instant
  readonly departure: Instant
  readonly energyWattHours: number
  readonly vehicleWattsMax: number
}

/** What the world brings from outside on one day. */
export type Day = {
  /** One session per charger, in the order of the chargers. */
  readonly sessions: readonly Session[]
  readonly prices: readonly PriceRow[]
  readonly frequency: readonly FrequencyRow[]
}

export type DayFiles = {
  readonly tariff?: string
  /** Which day of the tariff file to lay on the world's first (default: its last whole one). */
  readonly tariffDay?: Instant
  readonly sessions?: string
  readonly frequency?: string
}

/** @throws Fault BadLine | FileUnreadable | NothingToUse, naming the file */
export function makeDay(seed: number, stations: number, files: DayFiles): Day {
  const frequency =
    files.frequency === undefined
      ? gridEvent(instant(worldStart + inHours(13.5)), seeded(`${seed}/grid`))
      : layFrequency(readFrequencyFile(files.frequency), worldStart, worldEnd)
  if (files.frequency !== undefined && frequency.length === 0)
    throw nothingToUse(files.frequency, 'it has no reading in the day from noon to noon')
  const event = frequency.find((row) => row.hertz < 49.8)?.at
  const entropy = seeded(`${seed}/sessions`)
  const rows =
    files.sessions === undefined ? builtInSessions(entropy) : readSessionFile(files.sessions)
  const sessions = rows.map(placed).filter(fits)
  if (sessions.length === 0)
    throw nothingToUse(files.sessions ?? '', 'none of its sessions fits into the day')
  return {
    sessions: chooseSessions(sessions, stations, entropy, event),
    prices:
      files.tariff === undefined ? builtInPrices() : filePrices(files.tariff, files.tariffDay),
    frequency,
  }
}

/** The same day, `days` later: for a world that goes on. */
export function laterDay(day: Day, days: number): Day {
  const later = (moment: Instant): Instant => instant(moment + days * inHours(24))
  return {
    sessions: day.sessions.map((each) => ({
      ...each,
      pluggedIn: later(each.pluggedIn),
      departure: later(each.departure),
    })),
    prices: day.prices.map((each) => ({ ...each, from: later(each.from) })),
    frequency: day.frequency.map((each) => ({ ...each, at: later(each.at) })),
  }
}

/** Every half hour of the world must have its price. */
function filePrices(path: string, day: Instant | undefined): readonly PriceRow[] {
  const rows = readTariffFile(path)
  const last = rows.at(-1)?.from ?? worldStart
  const from = day ?? instant(dayOf(last) - 2 * inHours(24))
  const prices = layTariff(rows, from, worldStart, worldEnd)
  const priced = new Set(prices.map((each) => each.from))
  for (let at = worldStart; at < worldEnd; at = instant(at + inMinutes(30)))
    if (!priced.has(at))
      throw nothingToUse(
        path,
        `it has no price for ${toIso(instant(at + from - dayOf(worldStart)))}`,
      )
  return prices
}

const nothingToUse = (path: string, problem: string): Fault =>
  new Fault('NothingToUse', `${path}: ${problem}`, {
    remedy: 'choose another day or another file; nothing was started',
  })

/** A time-of-use tariff: cheap at night, dear at tea time (pence per kWh). */
function builtInPrices(): readonly PriceRow[] {
  return Array.from({ length: 72 }, (_, index) => {
    const from = instant(dayOf(worldStart) + index * inMinutes(30))
    const hour = (index / 2) % 24
    const price = hour >= 0.5 && hour < 4.5 ? 7.5 : hour >= 16 && hour < 19 ? 38.4 : 27.3
    return { from, pencePerKilowattHour: price }
  })
}

/**
 * Sessions as British homes have them: most cars come between four and nine in the evening (normal
 * around 18:00, 90 min) and leave between six and nine; one in five is a short daytime top-up.
 * Energy is 4–24 kWh with a mean near 10.
 */
function builtInSessions(entropy: Entropy): readonly SessionRow[] {
  const bell = (): number =>
    (entropy.below(1000) + entropy.below(1000) + entropy.below(1000)) / 1500 - 1
  return Array.from({ length: 400 }, (_, index) => {
    const daytime = index % 5 === 4
    const arrives = daytime ? inHours(12.5 + entropy.below(120) / 60) : inHours(18 + 3 * bell())
    const stays = daytime ? inHours(2 + entropy.below(90) / 60) : inHours(13 + 1.5 * bell())
    const energyWattHours = daytime ? 4_000 + entropy.below(4_000) : 5_000 + entropy.below(15_000)
    return {
      pluggedInMillis: Math.round(arrives / 1000) * 1000,
      durationMillis: Math.round(stays / 1000) * 1000,
      energyWattHours,
    }
  })
}

const homeWatts = 7_360
const slowWatts = 3_680
/** A car that takes this much in one night has a big battery, and with it a fast charger on board. */
const bigSessionWattHours = 10_000

/** Lays a session on the world's day: those of the morning belong to the next. */
function placed(row: SessionRow): Session {
  const begins = dayOf(worldStart) + row.pluggedInMillis
  const pluggedIn = instant(begins < worldStart ? begins + inHours(24) : begins)
  const averageWatts = row.energyWattHours / (row.durationMillis / 3_600_000)
  return {
    pluggedIn,
    departure: instant(pluggedIn + row.durationMillis),
    energyWattHours: row.energyWattHours,
    vehicleWattsMax:
      averageWatts > 0.8 * slowWatts || row.energyWattHours > bigSessionWattHours
        ? homeWatts
        : slowWatts,
  }
}

/** A whole session of the day that a home charger can deliver. */
const fits = (session: Session): boolean =>
  session.pluggedIn >= worldStart + inMinutes(15) &&
  session.pluggedIn < worldStart + inHours(11.5) &&
  session.departure <= worldEnd - inMinutes(30) &&
  session.departure - session.pluggedIn >= inHours(1) &&
  session.energyWattHours >= 1_000 &&
  session.energyWattHours <= hoursOf(session) * session.vehicleWattsMax * 0.9

const hoursOf = (session: Session): number => (session.departure - session.pluggedIn) / 3_600_000

/**
 * One session for each charger, drawn by the seed. A quarter of the street is drawn from sessions
 * that must be charging while the frequency falls, so that a response has something to reduce.
 */
function chooseSessions(
  sessions: readonly Session[],
  stations: number,
  entropy: Entropy,
  event: Instant | undefined,
): readonly Session[] {
  const tight = sessions.filter((each) => event !== undefined && mustCharge(each, event))
  return Array.from({ length: stations }, (_, index) => {
    const pool = index % 4 === 0 && tight.length > 0 ? tight : sessions
    const session = pool[entropy.below(pool.length)]
    assert(session !== undefined, 'the day has sessions')
    return session
  })
}

/** In progress at `at`, and with at most a quarter of its time to spare. */
const mustCharge = (session: Session, at: Instant): boolean =>
  session.pluggedIn < at - inMinutes(10) &&
  session.departure > at + inMinutes(10) &&
  session.energyWattHours > 0.75 * hoursOf(session) * session.vehicleWattsMax
