import { silentLog } from '@interlock/host'
import { inHours, inMinutes, instant, type Instant } from '@interlock/kernel'
import { makeDay, worldStart, type Session } from '../worlds/day.ts'
import { createWorldClock, type WorldClock } from '../worlds/world-clock.ts'
import { ratingWatts } from './address-book.ts'
import { at } from './cars.ts'
import type { FeederModel } from './feeder-model.ts'
import { layDay } from './scenario.ts'
import { startStreet, type Street } from './start-street.ts'

/** Load of the rest of the feeder, simulated: an evening peak, and little at night. */
const [peakWatts, nightWatts, ratedWatts] = [28_000, 20_000, 32_000]
export const allotted = { night: ratedWatts - nightWatts, fallback: ratedWatts - peakWatts }
const isPeak = (time: Instant): boolean => {
  const hour = new Date(time).getUTCHours()
  return hour >= 17 && hour < 20
}
const limitedFeeder: FeederModel = {
  ratedWatts,
  contractedWatts: 40_000,
  restWatts: (from) => (isPeak(from) ? peakWatts : nightWatts),
}

const vehicles = 4
/** They come at eight in the evening and leave at eight in the morning. */
const session: Session = {
  pluggedIn: instant(worldStart + inHours(8)),
  departure: instant(worldStart + inHours(20)),
  energyWattHours: 20_000,
  vehicleWattsMax: ratingWatts,
}
/** Operator and CSMS fall silent while vehicles charge. */
const silence = instant(worldStart + inHours(13))
/** A schedule leans on the operator for two hours, and a station follows it ten minutes late. */
const settled = instant(silence + inHours(2) + inMinutes(10))
const end = instant(worldStart + inHours(17))

export type CapacityNight = {
  /** The most that all vehicles drew together: while everybody was heard, and once nobody was. */
  readonly peakWatts: number
  readonly peakInSilenceWatts: number
  readonly deliveredWattHours: number
}

/**
 * A night of a street whose feeder a distribution operator limits, until operator and CSMS are gone; or
 * the same where nobody limits it.
 */
export async function capacityNight(
  dir: string,
  feeder: 'limited' | 'unlimited',
): Promise<CapacityNight> {
  const world = createWorldClock(worldStart)
  const sessions = Array.from({ length: vehicles }, () => session)
  const onFeeder = feeder === 'limited' ? limitedFeeder : feeder
  const quiet = { seed: 1, log: silentLog, say: () => {} }
  let street: Street | undefined
  try {
    street = await startStreet({ ...quiet, dir, sessions, world, feeder: onFeeder })
    const clock = world.clockFor('scenario')
    const day = { ...makeDay(1, vehicles, {}), sessions, frequency: [] }
    await layDay(street, day, { clock, ...quiet }, { tell: () => Promise.resolve() })
    return await live(street, world)
  } finally {
    world.stop()
    await street?.close()
  }
}

async function live(street: Street, world: WorldClock): Promise<CapacityNight> {
  const clock = world.clockFor('watch')
  const drawn = (): number =>
    street.homes.reduce((sum, { station }) => sum + station.observe().powerWatts, 0)
  const peaks = { heard: 0, silent: 0 }
  const every = inMinutes(5)
  const look = (): void => {
    const now = clock.now()
    if (now < silence) peaks.heard = Math.max(peaks.heard, drawn())
    if (now >= settled) peaks.silent = Math.max(peaks.silent, drawn())
    clock.after(every, 'look', look)
  }
  look()
  at(clock, silence, 'silence', async () => {
    await street.dso?.close()
    await street.csms.close()
  })
  await world.run(end, 'stepped')
  await world.quiet()
  return {
    peakWatts: peaks.heard,
    peakInSilenceWatts: peaks.silent,
    deliveredWattHours: street.homes.reduce(
      (sum, { station }) => sum + station.observe().meterWattHours,
      0,
    ),
  }
}

/**
 * A budget that refuses nothing brings 51 kWh; a day-ahead plan that does not know the feeder 21, since
 * what it has not foreseen is refused.
 */
const deliveredWattHoursMin = 40_000

export type CapacityReport = Readonly<Record<'limited' | 'unlimited', CapacityNight>>

/** The feeder kept to what it was allotted, and without an operator it would not have. */
export const capacityFailures = ({ limited, unlimited }: CapacityReport): readonly string[] => [
  ...exceeded('while all were heard', limited.peakWatts, allotted.night),
  ...exceeded('while nobody was', limited.peakInSilenceWatts, allotted.fallback),
  ...(limited.deliveredWattHours >= deliveredWattHoursMin
    ? []
    : [`${limited.deliveredWattHours} Wh charged, of ${deliveredWattHoursMin} at least`]),
  ...(unlimited.peakWatts > allotted.night ? [] : ['nothing would have exceeded it anyway']),
]

const exceeded = (when: string, watts: number, most: number): readonly string[] =>
  watts <= most ? [] : [`${watts} W of ${most} W ${when}`]
