import { exits, UsageError, type Command } from '../command.ts'

export const tariffPrice: Command = {
  name: 'tariff price',
  summary: 'what a usage costs under a tariff, to the penny',
  usage: 'interlock tariff price --tariff FILE --usage FILE',
  example: 'interlock tariff price --tariff tariff.json --usage usage.csv',
  flags: {
    tariff: { kind: 'text', value: 'FILE', help: 'a tariff (JSON), or half-hourly prices (CSV)' },
    usage: {
      kind: 'text',
      value: 'FILE',
      help: 'CSV: from,until,wattHours or from,wattHours; UTC',
    },
  },
  run: async ({ flags, print }) => {
    const { tariff: tariffFile, usage: usageFile } = flags
    if (typeof tariffFile !== 'string') throw new UsageError('which tariff? --tariff FILE')
    if (typeof usageFile !== 'string') throw new UsageError('which usage? --usage FILE')
    const { readPricedTariff } = await import('@interlock/lab/tariff')
    const { readUsageFile } = await import('@interlock/lab/usage')
    const { billDocument, priceUsage } = await import('@interlock/tariff')
    const { billWords, kilowattHours, periodOf, pounds } = await import('../tariff/bill-words.ts')
    const { refuse } = await import('../refusal.ts')
    const tariff = readPricedTariff(tariffFile)
    const usage = readUsageFile(usageFile)
    const bill = priceUsage(tariff, usage)
    if (!bill.ok) return refuse(print, bill.reason, 'the tariff has no price for then', bill.detail)
    const { from, until } = periodOf(usage)
    const sum = `${tariff.id}: ${pounds(bill.value.cost)} for ${kilowattHours(bill.value.wattHours)}`
    print(
      { tariff: tariff.id, from, until, ...billDocument(bill.value) },
      `${sum} from ${from} to ${until}\n${billWords(bill.value)}`,
    )
    return exits.done
  },
}
