import { join } from 'node:path'
import { silentLog } from '@interlock/host'
import { isSummed } from './feeder-sums.ts'
import { dayWithGuests } from './guests.ts'
import { runOnce } from './once.ts'
import type { TopicFigures } from './topic-figures.ts'

export type RepeatReport = {
  readonly seed: number
  readonly stations: number
  /** Of every decision of every charger; one for each of the two days. */
  readonly decisionsSha256: readonly string[]
  /** What was allotted, said of half-hours and summed, on each of them. */
  readonly byTopic: readonly WentByTopic[]
}
export type WentByTopic = Pick<TopicFigures, 'consumption' | 'sums'> & {
  readonly allotments: number
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
  const byTopic: WentByTopic[] = []
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
    const { allotments, consumption, sums } = report.topics
    byTopic.push({ allotments: allotments.published, consumption, sums })
  }
  return { seed, stations, decisionsSha256, byTopic }
}

/** What went wrong, as sentences; none when one seed decided alike. */
export const repeatFailures = ({
  seed,
  stations,
  decisionsSha256,
  byTopic,
}: RepeatReport): readonly string[] => [
  ...(new Set(decisionsSha256).size === 1
    ? []
    : [`with seed ${seed} the chargers decided otherwise the second time`]),
  ...(byTopic.every((day) => hasFlowed(day, stations))
    ? []
    : ['not everything went by topic, so that nothing was shown of it']),
]

const hasFlowed = ({ allotments, consumption, sums }: WentByTopic, stations: number): boolean =>
  allotments > 0 && consumption.halfHours > 0 && (!isSummed(stations) || sums.powers > 0)
