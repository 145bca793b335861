import type { CustomerBillDocument } from '@interlock/supplier'
import { atServer, serverAccess, serverFlags } from '../at-server.ts'
import { exits, UsageError, type Command } from '../command.ts'
import { deviceIn } from '../dcc/as-supplier.ts'
import { textOf } from '../flags.ts'
import { refuse } from '../refusal.ts'
import { answered } from '../stations/at-desk.ts'

export const supplierBill: Command = {
  name: 'supplier bill',
  summary:
    'what a customer’s charging cost under its supplier’s tariff, as far as it let it be read',
  usage: `interlock supplier bill STATION --from TIME --until TIME ${serverAccess}`,
  example:
    'interlock supplier bill 02-00-00-01-00-00-00-01 --from 2026-12-01T00:00:00Z --until 2027-01-01T00:00:00Z --at https://supplier.example:8443 --identity supplier-staff --trust smart-meter.pem',
  operands: 'STATION',
  flags: {
    ...serverFlags({
      at: 'the supplier: https://…',
      identity: 'key and chain of its people, under the smart-meter root',
    }),
    trust: { kind: 'text', value: 'FILE', help: 'PEM root of the smart-meter side' },
    from: { kind: 'text', value: 'TIME', help: 'its first half-hour, as 2026-12-25T00:00:00Z' },
    until: { kind: 'text', value: 'TIME', help: 'the end of its last' },
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
        answered(await http.request('GET', `${base}/customers/${station}/bill?${query}`)),
      'supplier',
    )
    if (!answer.ok) return refuse(print, answer.reason, answer.detail ?? '')
    const bill = answer.value as CustomerBillDocument
    const { kilowattHours, penceWords } = await import('../tariff/bill-words.ts')
    const missing = `; of ${counted(bill.missingHalfHours, 'half-hour')} nothing is known`
    const lines = bill.lines.map(
      ({ name, version, wattHours, exactPence }) =>
        `  ${name} (version ${version})  ${kilowattHours(wattHours)}  ${exactPence}p`,
    )
    const standing = `  standing charge, ${counted(bill.standing.days, 'day')}  ${bill.standing.exactPence}p`
    const sum = `${station}: ${penceWords(BigInt(bill.pence))} for ${kilowattHours(bill.wattHours)}`
    const head = `${sum}${bill.missingHalfHours > 0 ? missing : ''}`
    print(bill, [head, ...lines, standing].join('\n'))
    return exits.done
  },
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`
