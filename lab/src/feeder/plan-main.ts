import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { readSessionFile } from '../files/session-file.ts'
import { readTariffFile } from '../files/tariff-file.ts'
import { inWords } from './in-words.ts'
import { besideOptimum, large, planFigure, type PlanFigure } from './plan-figures.ts'
import { readFeeders } from './read-feeder-file.ts'
import { weekFigure, type WeekFigure } from './real-week.ts'
import { missedBy } from './plan-targets.ts'

const usage = `npm run plan [-- --sessions FILE… --prices FILE FEEDERFILE…]

Plans made-up groups of vehicles beside the optimum of a linear program, and ten thousand at once; then, on
each feeder of the files, the days of its week with sessions of the files on top, once under the allotment
alone and once with limits on each phase. Exits with 1 when a target is missed.

  --sessions FILE   charging sessions, and more of them; may be given more than once
  --prices FILE     half-hourly prices, of which the first days are taken
`
const say = (text: string): boolean => process.stdout.write(`${text}\n`)
const percent = (ratio: number): string => `${(100 * (ratio - 1)).toFixed(3)} % above the optimum`

/** Says what was measured, and what of it misses its target. */
function judged(name: string, figure: PlanFigure | WeekFigure, details: readonly string[]): void {
  const missed = missedBy(figure)
  if (missed.length > 0) process.exitCode = 1
  say([name, ...details, ...missed.map((each) => `MISSED: ${each}`)].join(', '))
}

const planDetails = ({ cpuSeconds, plannedShare, violations, costRatio }: PlanFigure): string[] => [
  `${cpuSeconds.toFixed(2)} s`,
  `${(100 * plannedShare).toFixed(1)} % of the energy`,
  `${violations} limits broken`,
  ...(costRatio === undefined ? [] : [percent(costRatio)]),
]

const weekDetails = (week: WeekFigure): string[] => [
  `${week.days} days`,
  `${week.sessions} sessions`,
  `${(100 * week.plannedShare).toFixed(2)} % of the energy`,
  ...Object.entries(week.short).map(([reason, count]) => `${count} ${reason}`),
  `${week.violations} limits broken`,
  ...(week.costRatio === undefined ? [] : [percent(week.costRatio)]),
]

const penceOf = ({ pencePerKilowattHour }: { pencePerKilowattHour: number }): number =>
  pencePerKilowattHour
const readFeeder = (file: string) => ({ file, lines: [...readFeeders(file)] })

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      sessions: { type: 'string', multiple: true, default: [] },
      prices: { type: 'string' },
    },
  })
  if (positionals.length > 0 && (values.sessions.length === 0 || values.prices === undefined))
    throw new TypeError('feeders need --sessions and --prices')
  // Whatever is wrong with a file is told before anything is planned.
  const pence = values.prices === undefined ? [] : readTariffFile(values.prices).map(penceOf)
  // One of each file after the other, so that all have a part in every group.
  const files = values.sessions.map((file) => readSessionFile(file))
  const longest = Math.max(0, ...files.map(({ length }) => length))
  const rows = Array.from({ length: longest }, (_, at) =>
    files.flatMap((file) => file[at] ?? []),
  ).flat()
  const feeders = positionals.map((file) => readFeeder(file))
  say('made-up groups')
  for (const recipe of [...besideOptimum, ...large]) {
    const figure = await planFigure(recipe, recipe.sessions < 1_000)
    judged(JSON.stringify(recipe), figure, planDetails(figure))
  }
  for (const { file, lines } of feeders) {
    say(`\n${basename(file)}`)
    for (const [name, series] of lines)
      for (const phases of [false, true]) {
        const week = await weekFigure(series, rows, pence, phases)
        judged(`${name}${phases ? ', phases limited' : ''}`, week, weekDetails(week))
      }
  }
}

try {
  await inWords('plan', main)
} catch (error) {
  if (!(error instanceof TypeError)) throw error
  process.stderr.write(`plan: ${error.message}\n\n${usage}`)
  process.exitCode = 2
}
