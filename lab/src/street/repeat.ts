import { join } from 'node:path'
import { silentLog } from '@interlock/host'
import { dayWithGuests } from './guests.ts'
import { runOnce } from './once.ts'

export type RepeatReport = {
  readonly seed: number
  readonly stations: number
  /** Of every decision of every charger; one for each of the two days. */
  readonly decisionsSha256: readonly string[]
}

/** Lives the same day twice, each over real sockets, on a database of its own. */
export async function repeat(options: {
  readonly dir: string
  readonly seed: number
  readonly stations: number
  readonly say: (words: string) => void
}): Promise<RepeatReport> {
  const { dir, seed, stations, say } = options
  const day = dayWithGuests(seed, stations)
  const decisionsSha256: string[] = []
  for (const time of ['first', 'second']) {
    say(`The ${time} day.`)
    const report = await runOnce({
      dir: join(dir, time),
      seed,
      day,
      speed: 'stepped',
      controls: 'on',
      ports: { console: 0, arm: 0 },
      log: silentLog,
      say: () => {},
    })
    decisionsSha256.push(report.decisionsSha256)
  }
  return { seed, stations, decisionsSha256 }
}

/** What went wrong, as sentences; none when one seed decided alike. */
export const repeatFailures = ({ seed, decisionsSha256 }: RepeatReport): readonly string[] =>
  new Set(decisionsSha256).size === 1
    ? []
    : [`with seed ${seed} the chargers decided otherwise the second time`]
