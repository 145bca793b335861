import type { SettlementDocument } from '@interlock/supplier'
import { atServer, serverAccess, serverFlags } from '../at-server.ts'
import { exits, UsageError, type Command } from '../command.ts'
import { deviceIn } from '../dcc/as-supplier.ts'
import { textOf } from '../flags.ts'
import { refuse } from '../refusal.ts'
import { answered } from '../stations/at-desk.ts'

export const supplierSettlement: Command = {
  name: 'supplier settlement',
  summary: 'whether a customer’s charger and the settlement meter of its circuit counted the same',
  usage: `interlock supplier settlement STATION --from TIME --until TIME ${serverAccess}`,
  example:
    'interlock supplier settlement 02-00-00-01-00-00-00-01 --from 2026-12-01T00:00:00Z --until 2026-12-08T00:00:00Z --at https://supplier.example:8443 --identity supplier-staff --trust smart-meter.pem',
  operands: 'STATION',
  flags: {
    ...serverFlags({
      at: 'the supplier: https://…',
      identity: 'key and chain of its people, under the smart-meter root',
    }),
    trust: { kind: 'text', value: 'FILE', help: 'PEM root of the smart-meter side' },
    from: { kind: 'text', value: 'TIME', help: 'its first half-hour, as 2026-12-25T00:00:00Z' },
    until: { kind: 'text', value: 'TIME', help: 'the end of its last, twenty days later at most' },
  },
  async run({ flags, operands, print }) {
    const station = deviceIn(operands)
    const [from, until] = [textOf(flags, 'from'), textOf(flags, 'until')]
    if (from === undefined || until === undefined)
      throw new UsageError('of which time? --from TIME --until TIME')
    const query = new URLSearchParams({ from, until })
    const answer = await atServer(
      flags,
      async (http, base) =>
        answered(await http.request('GET', `${base}/customers/${station}/settlement?${query}`)),
      'supplier',
    )
    if (!answer.ok) return refuse(print, answer.reason, answer.detail ?? '')
    const said = answer.value as SettlementDocument
    if ('problem' in said) return refuse(print, said.problem, said.detail ?? '')
    const { kilowattHours } = await import('../tariff/bill-words.ts')
    const both = (each: { readonly chargerWattHours: number; readonly meterWattHours: number }) =>
      `${kilowattHours(Math.round(each.chargerWattHours))} by the charger, ${kilowattHours(each.meterWattHours)} by the settlement meter`
    const { charger, meter } = said.missing
    const lines = [
      `${station}: ${said.compared} half-hours compared: ${both(said)}`,
      `missing: ${charger} of the charger, ${meter} of the settlement meter`,
      ...said.differences.map((each) => `  ${each.from}  ${both(each)}`),
      ...(said.finding === undefined
        ? ['they agree']
        : [
            `${said.finding}: signed by ${said.chargerSignedBy} for the charger, and by ${said.meterSignedBy}`,
          ]),
    ]
    print(said, lines.join('\n'))
    return said.finding === undefined ? exits.done : exits.failed
  },
}
