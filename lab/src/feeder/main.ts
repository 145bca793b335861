import { basename } from 'node:path'
import { forecastErrors, type ForecastErrors } from './forecast-errors.ts'
import { inWords } from './in-words.ts'
import { readFeeders } from './read-feeder-file.ts'

const usage = `npm run feeder -- FILE…

Forecasts each feeder of the files (timestamp,Description,kW by 10 minutes) a day ahead, every hour
of the data, and prints the mean absolute errors beside those of persistence and of the previous day.
`
const kilowatts = (watts: number): string => (watts / 1000).toFixed(2).padStart(8)
const say = (text: string): boolean => process.stdout.write(`${text}\n`)
const row = ({ feeder, forecast, persistence, previousDay }: ForecastErrors): string =>
  [feeder.padEnd(12), ...[forecast, persistence, previousDay].map(kilowatts)].join(' ')

const files = process.argv.slice(2)
if (files.length === 0 || files.some((file) => file.startsWith('-'))) {
  process.stderr.write(usage)
  process.exit(2)
}
await inWords('feeder', () => {
  for (const file of files) {
    say(`\n${basename(file)}: mean absolute error, kW`)
    say(`${'feeder'.padEnd(12)} forecast  persist. day before`)
    for (const [name, series] of readFeeders(file)) {
      const errors = forecastErrors(name, series, 4)
      const better = errors.forecast < Math.min(errors.persistence, errors.previousDay)
      if (!better) process.exitCode = 1
      say(`${row(errors)}${better ? '' : '  NOT BETTER'}`)
    }
  }
  return Promise.resolve()
})
