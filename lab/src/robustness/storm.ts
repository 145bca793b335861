import { missing, openFleet, secondsOf, watchUse, type RollCall, type Used } from './fleet.ts'

export type StormReport = RollCall &
  Used & {
    readonly stations: number
    /** Wall time from the reset of every connection until the last station has booted again. */
    readonly secondsToBoot: number
    /** Connections that were refused or broke on the way, each tried again after a random wait. */
    readonly refusedConnections: number
    /** What it held with every station connected, before the storm. */
    readonly restMebibytes: number
  }

/**
 * Every station's connection is reset at one moment, and all come back at once: each must boot, on a
 * session of its own that the CSMS then uses.
 */
export async function storm(options: {
  readonly dir: string
  readonly stations: number
  readonly say: (words: string) => void
}): Promise<StormReport> {
  const { dir, stations, say } = options
  const fleet = await openFleet(dir, stations, say)
  const use = watchUse()
  try {
    say('Resetting every connection.')
    const { millis, refusedConnections } = await fleet.storm()
    return {
      stations,
      secondsToBoot: secondsOf(millis),
      refusedConnections,
      ...(await fleet.rollCall()),
      ...use.stop(),
      restMebibytes: fleet.restMebibytes,
    }
  } finally {
    use.stop()
    await fleet.close()
  }
}

/** What went wrong, as sentences; none when every station is back. */
export const stormFailures = (report: StormReport): readonly string[] =>
  missing(report.stations, report)
