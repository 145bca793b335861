import type { CustomerUsageDocument } from '@interlock/supplier'
import { atServer, serverAccess, serverFlags } from '../at-server.ts'
import { exits, type Command } from '../command.ts'
import { deviceIn } from '../dcc/as-supplier.ts'
import { refuse } from '../refusal.ts'
import { answered } from '../stations/at-desk.ts'

export const supplierUsage: Command = {
  name: 'supplier usage',
  summary:
    'what a customer’s charger used by whole days and months, as far as its owner lets it be read',
  usage: `interlock supplier usage STATION ${serverAccess}`,
  example:
    'interlock supplier usage 02-00-00-01-00-00-00-01 --at https://supplier.example:8443 --identity supplier-staff --trust smart-meter.pem',
  operands: 'STATION',
  flags: {
    ...serverFlags({
      at: 'the supplier: https://…',
      identity: 'key and chain of its people, under the smart-meter root',
    }),
    trust: { kind: 'text', value: 'FILE', help: 'PEM root of the smart-meter side' },
  },
  async run({ flags, operands, print }) {
    const station = deviceIn(operands)
    const answer = await atServer(
      flags,
      async (http, base) =>
        answered(await http.request('GET', `${base}/customers/${station}/usage`)),
      'supplier',
    )
    if (!answer.ok) return refuse(print, answer.reason, answer.detail ?? '')
    const usage = answer.value as CustomerUsageDocument
    const { kilowattHours } = await import('../tariff/bill-words.ts')
    const lines = [
      ...usage.monthly.map((each) => ({ ...each, when: each.from.slice(0, 7) })),
      ...usage.daily.map((each) => ({ ...each, when: each.from.slice(0, 10) })),
    ].map(({ when, wattHours }) => `${when}  ${kilowattHours(Math.round(wattHours))}`)
    print(usage, lines.length === 0 ? 'no day or month is known' : lines.join('\n'))
    return exits.done
  },
}
