import { readTemperatures } from '@interlock/dso'
import { basename } from 'node:path'
import { forecastErrors, type ForecastErrors } from './forecast-errors.ts'
import { inWords } from './in-words.ts'
import { readFeeders } from './read-feeder-file.ts'

const usage = `npm run feeder -- [--temperatures FILE] FILE…

Forecasts each feeder of the files (timestamp,Description,kW by 10 minutes) a day ahead, every hour
of the data, and prints the mean absolute errors beside those of persistence and of the previous day.
With the temperatures of the place ({"from": …, "celsius": […]} by quarters of an hour, as a distribution
operator's config has them) also that of the forecast by temperature.
`
const kilowatts = (watts: number): string => (watts / 1000).toFixed(2).padStart(8)
const say = (text: string): boolean => process.stdout.write(`${text}\n`)
const row = (errors: ForecastErrors): string => {
  const { feeder, forecast, persistence, previousDay, byTemperature } = errors
  const known = [forecast, persistence, previousDay, byTemperature].filter(
    (each) => !Number.isNaN(each),
  )
  return [feeder.padEnd(12), ...known.map(kilowatts)].join(' ')
}

const given = process.argv.slice(2)
const isWithTemperatures = given[0] === '--temperatures'
const files = isWithTemperatures ? given.slice(2) : given
if (files.length === 0 || files.some((file) => file.startsWith('-'))) {
  process.stderr.write(usage)
  process.exit(2)
}
await inWords('feeder', () => {
  const temperatures = isWithTemperatures ? readTemperatures(given[1] ?? '') : undefined
  for (const file of files) {
    say(`\n${basename(file)}: mean absolute error, kW`)
    const last = isWithTemperatures ? ' by temp.' : ''
    say(`${'feeder'.padEnd(12)} forecast  persist. day before${last}`)
    for (const [name, series] of readFeeders(file)) {
      const errors = forecastErrors(name, series, 4, temperatures)
      const better = errors.forecast < Math.min(errors.persistence, errors.previousDay)
      if (!better) process.exitCode = 1
      say(`${row(errors)}${better ? '' : '  NOT BETTER'}`)
    }
  }
  return Promise.resolve()
})
