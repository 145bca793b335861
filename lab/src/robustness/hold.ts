import { missing, openFleet, secondsOf, watchUse, type RollCall, type Used } from './fleet.ts'

/** The process with the CSMS also makes the stations' certificates. */
export type HoldReport = RollCall &
  Used & {
    readonly stations: number
    readonly secondsToConnect: number
    /** Wall time of the roll call: each station is answered at least once, and called once. */
    readonly secondsOfRollCall: number
    readonly restMebibytes: number
  }

/** One CSMS in one process holds every station's connection over mutual TLS, and all are alive. */
export async function hold(options: {
  readonly dir: string
  readonly stations: number
  readonly say: (words: string) => void
}): Promise<HoldReport> {
  const { dir, stations, say } = options
  const use = watchUse()
  try {
    const fleet = await openFleet(dir, stations, say)
    try {
      say('Calling the roll.')
      const began = performance.now()
      const roll = await fleet.rollCall()
      return {
        stations,
        secondsToConnect: fleet.secondsToConnect,
        secondsOfRollCall: secondsOf(performance.now() - began),
        ...roll,
        restMebibytes: fleet.restMebibytes,
        ...use.stop(),
      }
    } finally {
      await fleet.close()
    }
  } finally {
    use.stop()
  }
}

/** What went wrong, as sentences; none when every station is alive. */
export const holdFailures = (report: HoldReport): readonly string[] =>
  missing(report.stations, report)
