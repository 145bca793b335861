import type { ActorDeps, Running } from '@interlock/host'
import { instant, millis, type Instant, type Timer } from '@interlock/kernel'
import type { MeterRunning } from '@interlock/meter'
import { feeder } from './address-book.ts'
import { feederBlockMillis } from './feeder-model.ts'

/** What the meter of one home sees: its charger's own count, and the household's load. */
export type MeteredHome = {
  readonly meter: Pick<MeterRunning, 'consume'>
  /** Watt-hours that the charger has drawn so far. */
  readonly chargerWattHours: () => number
}

const halfHourMillis = millis(2 * feederBlockMillis)

/**
 * The current through the homes' meters, simulated: at the end of each half-hour every meter counts what its charger drew in
 * it and the home's share of the feeder's other load, in whole watt-hours whose sum is that of what was drawn.
 * @param restWatts mean load of all homes without their chargers, of the quarter of an hour that begins there
 */
export function startHomeMeters(
  homes: readonly MeteredHome[],
  restWatts: (from: Instant) => number,
  { clock, log }: Pick<ActorDeps, 'clock' | 'log'>,
): Running {
  let timer: Timer | undefined
  let from = clock.now()
  /** Of the households, since the meters were switched on. */
  let rest = 0
  const drawn = (home: MeteredHome): number => Math.floor(rest + home.chargerWattHours())
  let last = homes.map(drawn)

  const look = (): void => {
    const until = clock.now()
    const whole = until - from === halfHourMillis
    const blocks = [from, instant(from + feederBlockMillis)]
    // What came through before it was switched on it has not counted.
    if (whole)
      rest +=
        blocks.reduce((sum, block) => sum + restWatts(block) / 4, 0) / Math.max(1, homes.length)
    const now = homes.map(drawn)
    for (const [index, { meter }] of homes.entries()) {
      const wattHours = (now[index] ?? 0) - (last[index] ?? 0)
      const counted = whole ? meter.consume({ from, until, wattHours }) : undefined
      if (counted?.ok === false)
        log.warn({ home: index + 1, reason: counted.reason }, 'a meter did not count a half-hour')
    }
    last = now
    from = until
  }
  const wait = (): void => {
    const delay = millis(halfHourMillis - (clock.now() % halfHourMillis))
    timer = clock.after(delay, `${feeder}/home-meters`, () => {
      wait()
      look()
    })
  }
  wait()
  return { close: () => Promise.resolve(timer?.cancel()) }
}
