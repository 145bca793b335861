import { exits, UsageError, type Command } from '../command.ts'
import { texts } from '../flags.ts'

export const tariffCompare: Command = {
  name: 'tariff compare',
  summary: 'what the same usage costs under several tariffs, the cheapest first',
  usage: 'interlock tariff compare --tariff FILE --tariff FILE… --usage FILE',
  example:
    'interlock tariff compare --tariff tariff.json --tariff half-hourly.csv --usage usage.csv',
  flags: {
    tariff: {
      kind: 'texts',
      value: 'FILE',
      help: 'a tariff (JSON), or half-hourly prices (CSV); once for each',
    },
    usage: {
      kind: 'text',
      value: 'FILE',
      help: 'CSV: from,until,wattHours or from,wattHours; UTC',
    },
  },
  run: async ({ flags, print }) => {
    const files = texts(flags, 'tariff')
    const { usage: usageFile } = flags
    if (files.length < 2) throw new UsageError('which tariffs? --tariff FILE, at least twice')
    if (typeof usageFile !== 'string') throw new UsageError('which usage? --usage FILE')
    const { readPricedTariff } = await import('@interlock/lab/tariff')
    const { readUsageFile } = await import('@interlock/lab/usage')
    const { periodOf } = await import('../tariff/bill-words.ts')
    const { compare } = await import('../tariff/compare.ts')
    const usage = readUsageFile(usageFile)
    const { value, words, complete } = compare(files.map(readPricedTariff), usage)
    print({ ...periodOf(usage), ...value }, words)
    return complete ? exits.done : exits.failed
  },
}
