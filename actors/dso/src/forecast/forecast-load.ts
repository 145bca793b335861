import { blocksPerDay, mean, type LoadSeries } from './load-series.ts'

/** Outdoor temperature in °C: of each block of the history, and of the 96 blocks to come, where it is known. */
export type Temperatures = {
  readonly past: readonly (number | undefined)[]
  readonly ahead: readonly (number | undefined)[]
}

/** How much less a day counts than the day after it. */
const dayWeight = 0.5
/** Blocks on either side over which the shape of the day is smoothed, weights falling to the edges. */
const smoothedBlocks = 6
/** The last hour tells how far today is from the shape; that fades by this much with each block. */
const levelBlocks = 4
const levelFade = 0.9
/** Warm days say nothing about heating. */
const heatingBelowCelsius = 15.5
const daysMax = 28

/**
 * The load of the next 96 blocks, in watts: the shape of the last days at each time of day, newer days
 * counting more, smoothed, since a single household's kettle does not come back at the same minute; and
 * moved to where the last hour was, which fades. With temperatures, the days are first brought to the
 * temperature that is to come. `undefined` before there is a day of history.
 */
export function forecastLoad(
  history: LoadSeries,
  temperatures?: Temperatures,
): number[] | undefined {
  const { watts } = history
  const length = watts.length
  const days = Math.min(daysMax, Math.floor(length / blocksPerDay))
  if (days === 0) return undefined
  const slope = temperatures === undefined ? 0 : heatingSlope(watts, temperatures.past)
  const shift = (past: number, ahead: number): number => {
    const [then, later] = [temperatures?.past[past], temperatures?.ahead[ahead]]
    return then === undefined || later === undefined
      ? 0
      : slope * (coldness(later) - coldness(then))
  }

  const raw = Array.from({ length: blocksPerDay }, (_, ahead) => {
    let sum = 0
    let weights = 0
    for (let day = 1; day <= days; day += 1) {
      const past = length + ahead - day * blocksPerDay
      const load = watts[past]
      if (load === undefined) continue
      const weight = dayWeight ** day
      sum += weight * (load + shift(past, ahead))
      weights += weight
    }
    return weights === 0 ? undefined : sum / weights
  })
  const shape = smoothed(raw)
  if (shape === undefined) return undefined

  const lately: number[] = []
  for (let back = 1; back <= levelBlocks; back += 1) {
    const load = watts[length - back]
    const usual = shape[blocksPerDay - back]
    if (load === undefined || usual === undefined) continue
    // The shape is of the coming day: brought back to how warm it was an hour ago.
    lately.push(load + shift(length - back, blocksPerDay - back) - usual)
  }
  const level = mean(lately) ?? 0
  return shape.map((load, ahead) => load + level * levelFade ** (ahead + 1))
}

/** Weighted over neighbours, around midnight too; a block that no day knows has its neighbours'. */
function smoothed(raw: readonly (number | undefined)[]): number[] | undefined {
  const smooth = raw.map((_, at) => {
    let sum = 0
    let weights = 0
    for (let by = -smoothedBlocks; by <= smoothedBlocks; by += 1) {
      const load = raw[(at + by + blocksPerDay) % blocksPerDay]
      if (load === undefined) continue
      const weight = smoothedBlocks + 1 - Math.abs(by)
      sum += weight * load
      weights += weight
    }
    return weights === 0 ? undefined : sum / weights
  })
  const overall = mean(raw.filter((load) => load !== undefined))
  return overall === undefined ? undefined : smooth.map((load) => load ?? overall)
}

const coldness = (celsius: number): number => Math.max(0, heatingBelowCelsius - celsius)

/** Watts for each degree of cold, by least squares over whole days; never less than none. */
function heatingSlope(
  watts: LoadSeries['watts'],
  celsius: readonly (number | undefined)[],
): number {
  const days: { cold: number; load: number }[] = []
  for (let end = watts.length; end >= blocksPerDay; end -= blocksPerDay) {
    const load = mean(watts.slice(end - blocksPerDay, end).filter((value) => value !== undefined))
    const warmth = celsius.slice(end - blocksPerDay, end).filter((value) => value !== undefined)
    const cold = mean(warmth.map(coldness))
    if (load !== undefined && cold !== undefined) days.push({ cold, load })
  }
  const load = mean(days.map((day) => day.load))
  const cold = mean(days.map((day) => day.cold))
  // Of two days any difference would be taken for the weather.
  if (load === undefined || cold === undefined || days.length < 3) return 0
  let both = 0
  let spread = 0
  for (const day of days) {
    both += (day.cold - cold) * (day.load - load)
    spread += (day.cold - cold) ** 2
  }
  return spread === 0 ? 0 : Math.max(0, both / spread)
}
