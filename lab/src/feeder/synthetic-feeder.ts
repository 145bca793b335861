import { instant } from '@interlock/kernel'
import { blocksPerDay, type LoadSeries } from '@interlock/dso'

/** A generator whose numbers in [0, 1) are alike for one seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Days of a feeder of homes with morning and evening, and kettles in between; `shift` moves a day. */
export function syntheticFeeder(
  seed: number,
  days: number,
  shift: (day: number) => number = () => 0,
): LoadSeries {
  const random = seeded(seed)
  const hill = (hour: number, at: number, width: number): number =>
    Math.exp(-(((hour - at) / width) ** 2))
  const watts = Array.from({ length: days * blocksPerDay }, (_, block) => {
    const hour = ((block % blocksPerDay) * 24) / blocksPerDay
    const shape = 12_000 + 14_000 * hill(hour, 7.5, 2) + 32_000 * hill(hour, 18.5, 3)
    return shape + (random() - 0.5) * 12_000 + shift(Math.floor(block / blocksPerDay))
  })
  return { from: instant(Date.UTC(2026, 0, 5)), watts }
}
