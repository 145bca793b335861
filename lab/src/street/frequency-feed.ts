import { inMinutes, instant, type Clock, type Instant, type Millis } from '@interlock/kernel'
import type { FrequencyRow } from '../files/frequency-file.ts'
import { percentile, rounded } from './measure.ts'
import { at } from './cars.ts'
import type { RunningHome } from './start-street.ts'

/** What the street did about the frequency. Latencies are wall time. */
export type ResponseReport = {
  /** Lowest value that an LLCS sampled, by its own account; `null` before the first sample. */
  readonly frequencyNadirHertz: number | null
  /** From the delivery of the first sample that armed an LLCS until that LLCS had armed. */
  readonly detectedMillis: number | null
  /** Load just before the event, less the lowest load during it. */
  readonly reducedWatts: number
  /** Sample at the LLCS → set-point applied at its charger. */
  readonly p50Millis: number
  readonly p99Millis: number
  readonly setPointChanges: number
}

export type FrequencyFeed = {
  report(): ResponseReport
  /** Each time from a sample at an LLCS until its charger's set-point had changed, in milliseconds. */
  latencies(): readonly number[]
  /** Delivers nothing more. */
  stop(): void
}

const nominalHertz = 50
/** How often a calm grid is sampled, unless somebody watches. */
const calmEvery = inMinutes(30)
const eventBandHertz = 0.2

/**
 * Delivers each reading to every home at its own instant of the world: to the charger's frequency
 * meter and then to the LLCS's, as simulated hardware. Outside the readings the grid is calm and
 * sampled now and then.
 *
 * @param every how long until a calm grid is sampled again
 */
export function feedFrequency(
  homes: readonly RunningHome[],
  rows: readonly FrequencyRow[],
  clock: Clock,
  onSample: (row: FrequencyRow) => void = () => {},
  every: (now: Instant) => Millis = () => calmEvery,
): FrequencyFeed {
  let stopped = false
  const latencies: number[] = []
  let detected: number | null = null
  let before = 0
  let lowest = Number.POSITIVE_INFINITY

  const load = (): number => homes.reduce((sum, each) => sum + each.station.observe().powerWatts, 0)

  const toHome = async ({ station, llcs }: RunningHome, row: FrequencyRow): Promise<void> => {
    await station.hardware.frequency(row)
    const setPoint = station.observe().setPointWatts
    const wasArmed = llcs.supervision() === 'armed'
    let applied: number | undefined
    const delivered = performance.now()
    const forget = station.onChange(() => {
      if (applied === undefined && station.observe().setPointWatts !== setPoint)
        applied = performance.now() - delivered
    })
    await llcs.hardware.frequency(row)
    forget()
    if (!wasArmed && llcs.supervision() === 'armed') detected ??= performance.now() - delivered
    if (applied !== undefined && llcs.supervision() === 'armed') latencies.push(applied)
  }

  const deliver = async (row: FrequencyRow): Promise<void> => {
    const inEvent = Math.abs(row.hertz - nominalHertz) > eventBandHertz
    if (!inEvent && lowest === Number.POSITIVE_INFINITY) before = load()
    onSample(row)
    await Promise.all(homes.map((each) => toHome(each, row)))
    if (inEvent) lowest = Math.min(lowest, load())
  }

  /** One timer at a time: the next is set when this one's consequences are done. */
  const next = (index: number): void => {
    if (stopped) return
    const row = rows[index]
    const now = clock.now()
    const quiet = instant(now + every(now))
    if (row !== undefined && row.at <= quiet)
      at(clock, row.at, 'frequency', async () => {
        await deliver(row)
        next(index + 1)
      })
    else
      at(clock, quiet, 'frequency', async () => {
        await deliver({ at: quiet, hertz: calmHertz(quiet) })
        next(index)
      })
  }
  next(rows.findIndex((row) => row.at > clock.now()))

  return {
    latencies: () => latencies,
    stop: () => {
      stopped = true
    },
    report: () => ({
      frequencyNadirHertz: nadirOf(homes),
      detectedMillis: detected === null ? null : rounded(detected),
      reducedWatts: lowest === Number.POSITIVE_INFINITY ? 0 : Math.max(0, before - lowest),
      p50Millis: rounded(percentile(latencies, 0.5)),
      p99Millis: rounded(percentile(latencies, 0.99)),
      setPointChanges: latencies.length,
    }),
  }
}

/** A calm grid (simulated): 50 Hz and two slow swings, 60 mHz at most. */
function calmHertz(at: Instant): number {
  const swing = (hertz: number, minutes: number): number =>
    hertz * Math.sin((2 * Math.PI * at) / inMinutes(minutes))
  return Math.round((nominalHertz + swing(0.04, 17) + swing(0.02, 5.3)) * 1000) / 1000
}

function nadirOf(homes: readonly RunningHome[]): number | null {
  const lows = homes.flatMap(({ llcs }) => llcs.lowestHertz() ?? [])
  return lows.length === 0 ? null : Math.min(...lows)
}
