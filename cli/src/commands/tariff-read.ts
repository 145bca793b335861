import { toIso } from '@interlock/kernel'
import { exits, UsageError, type Command } from '../command.ts'
import {
  asSupplier,
  deviceIn,
  exampleAccess,
  supplierAccess,
  supplierFlags,
} from '../dcc/as-supplier.ts'
import { textOf } from '../flags.ts'
import { refuse } from '../refusal.ts'

/** By any user whom the home lets, as the identity says. */
export const tariffRead: Command = {
  name: 'tariff read',
  summary: 'read the tariff of a meter, as its supplier signed it and as the meter shows it',
  usage: `interlock tariff read METER --supplier FILE ${supplierAccess}`,
  example: `interlock tariff read 02-00-00-03-00-00-00-01 --supplier supplier.pem ${exampleAccess}`,
  operands: 'METER',
  flags: {
    ...supplierFlags,
    supplier: { kind: 'text', value: 'FILE', help: 'certificate of whose tariff the home pays' },
  },
  async run({ flags, operands, print }) {
    const meter = deviceIn(operands)
    const path = textOf(flags, 'supplier')
    if (path === undefined) throw new UsageError('whose tariff is it? --supplier FILE')
    const { loadPeer } = await import('@interlock/host')
    const { changesOf, readTariff } = await import('../dcc/read-tariff.ts')
    const supplier = loadPeer(path)
    const read = await asSupplier(flags, (asking, now) => readTariff(meter, supplier, asking, now))
    if (!read.ok) return refuse(print, read.reason, read.detail ?? '')
    const { tariff, shown, differ } = read.value
    const other = differ ?? []
    const { orderWords } = await import('@interlock/seal')
    const { frameJson } = await import('../gbcs/frame-json.ts')
    const changes = changesOf(tariff).map((each) => ({ ...each, from: toIso(each.from) }))
    print(
      {
        meter,
        ...orderWords(tariff),
        changes,
        shown: shown ? frameJson(shown) : null,
        differ: differ ?? null,
      },
      [
        ...changes.map((each) => `${each.from}  ${each.pencePerKilowattHour} p/kWh`),
        ...(shown?.parts ?? []).flatMap(({ name, words }) =>
          tables.has(name) ? [`${name}: ${words}`] : [],
        ),
        ...(other.length === 0 ? [] : [`the meter shows another ${other.join(', ')}`]),
      ].join('\n') || 'it has no price for now',
    )
    return other.length === 0 ? exits.done : exits.failed
  },
}

/** What of the meter's answer is for people. */
const tables: ReadonlySet<string> = new Set([
  'price of now',
  'scale of the price of now',
  'seasons',
  'weeks',
  'days',
  'special days',
  'thresholds',
  'currency',
  'standing charge',
  'prices',
])
