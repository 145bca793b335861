import { missing, openFleet, secondsOf, watchMemory, type RollCall } from './fleet.ts'

export type HoldReport = RollCall & {
  readonly stations: number
  readonly secondsToConnect: number
  /** Wall time of the roll call: each station is answered at least once, and called once. */
  readonly secondsOfRollCall: number
  readonly restMebibytes: number
  /** Highest resident memory of the process with the CSMS, which also makes the stations' certificates. */
  readonly peakMebibytes: number
}

/** One CSMS in one process holds every station's connection over mutual TLS, and all are alive. */
export async function hold(options: {
  readonly dir: string
  readonly stations: number
  readonly say: (words: string) => void
}): Promise<HoldReport> {
  const { dir, stations, say } = options
  const memory = watchMemory()
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
        peakMebibytes: memory.stop(),
      }
    } finally {
      await fleet.close()
    }
  } finally {
    memory.stop()
  }
}

/** What went wrong, as sentences; none when every station is alive. */
export const holdFailures = (report: HoldReport): readonly string[] =>
  missing(report.stations, report)
