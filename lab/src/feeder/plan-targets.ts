/** What is planned of what is possible at least, and what it may cost of the least that it can. */
const energyLeast = 0.999
const costMost = 1.01
/** For ten thousand sessions, on one core. */
const cpuSecondsMost = 10

/** Each target that a figure misses, in words. */
export function missedBy(figure: {
  readonly violations: number
  /** Of the energy that a linear program finds possible, where it was asked. */
  readonly possibleShare?: number
  readonly costRatio?: number
  readonly cpuSeconds?: number
}): string[] {
  const { violations, possibleShare = 1, costRatio = 1, cpuSeconds = 0 } = figure
  return [
    ...(violations > 0 ? ['a limit is broken, or energy is missing and not told of'] : []),
    ...(possibleShare < energyLeast ? [`${possibleShare.toFixed(4)} of the possible energy`] : []),
    ...(costRatio > costMost ? [`${costRatio.toFixed(4)} of the least cost`] : []),
    ...(cpuSeconds > cpuSecondsMost ? [`${cpuSeconds.toFixed(1)} s of processor time`] : []),
  ]
}
