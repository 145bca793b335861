import {
  cdrWith,
  keyText,
  nobody,
  otherKey,
  payloads,
  valueOf,
  values,
} from '@interlock/billing/operator.fixture'
import { fromBase64, fromUtf8, toBase64, utf8 } from '@interlock/kernel'
import type { AuthorizationInfo, Cdr } from '@interlock/ocpi'

const edited = (index: number, from: string, to: string) => {
  const all = [...values()]
  const value = all[index]
  if (value === undefined) throw new Error('no reading')
  const text = fromUtf8(fromBase64(value.signed_data) ?? new Uint8Array())
  const plain = value.plain_data.replace(from, to)
  const signed_data = toBase64(utf8(text.replace(from, to)))
  return all.with(index, { ...value, plain_data: plain, signed_data })
}
/** What an honest operator sends of the charge that it asked about. */
export const honestUnder = ({ authorization_reference: reference }: AuthorizationInfo): Cdr =>
  cdrWith(values(), reference === undefined ? {} : { authorization_reference: reference })
/** What a dishonest operator sends, and who has to answer for it. */
export const lies: readonly (readonly [string, () => Cdr, string, 'operator' | 'meter'])[] = [
  [
    'ten times a reading',
    () => cdrWith(edited(3, '10500', '105000')),
    'SignatureInvalid',
    'operator',
  ],
  [
    'a negative reading',
    () => cdrWith(edited(3, '10500', '-10500')),
    'SignatureInvalid',
    'operator',
  ],
  [
    'ten times a reading, by the meter',
    () => cdrWith(values({ 3: { RV: 105_000 } })),
    'ReadingImplausible',
    'meter',
  ],
  [
    'a negative reading, by the meter',
    () => cdrWith(values({ 0: { RV: -1_000 } })),
    'ReadingFalls',
    'meter',
  ],
  ['a missing page', () => cdrWith(values().toSpliced(1, 1)), 'PageMissing', 'operator'],
  [
    'a swapped key',
    () => {
      const forged = payloads({ 3: { RV: 12_500 } }).map((payload) => valueOf(payload, otherKey))
      const { signed_data } = cdrWith(forged)
      if (signed_data === undefined) throw new Error('no signed data')
      return cdrWith(forged, { signed_data: { ...signed_data, public_key: keyText(otherKey) } })
    },
    'KeySwapped',
    'operator',
  ],
  ['energy edited', () => cdrWith(values(), { total_energy: 95 }), 'EnergyDiffers', 'operator'],
  [
    'a cost edited',
    () => cdrWith(values(), { total_cost: { excl_vat: 28.8 } }),
    'CostDiffers',
    'operator',
  ],
  [
    'a confirmation that the vehicle did not sign',
    () => {
      const [reading] = values()
      if (reading === undefined) throw new Error('no reading')
      const said = { sessionId: '01', meterId: 'M-1', meterReading: 1_000, sigMeterReading: 'AA' }
      const receipt = { ...reading, nature: 'Receipt', plain_data: JSON.stringify(said) }
      return cdrWith([...values(), receipt])
    },
    'ReceiptInvalid',
    'operator',
  ],
  [
    'the meter of another charging point',
    () => {
      const { cdr_location } = cdrWith()
      return cdrWith(values(), { cdr_location: { ...cdr_location, evse_id: 'NL*CPO*E2' } })
    },
    'MeterUnregistered',
    'operator',
  ],
  [
    'what was charged at another operator’s point',
    () => {
      const { cdr_location } = cdrWith()
      return cdrWith(values(), { cdr_location: { ...cdr_location, evse_id: 'NL*OTH*E1' } })
    },
    'EvseOther',
    'operator',
  ],
  ['an authorisation, and no reference of it', () => cdrWith(), 'ReferenceUnknown', 'operator'],
  [
    'a reference that it made up',
    () => cdrWith(values(), { authorization_reference: 'made-up' }),
    'ReferenceUnknown',
    'operator',
  ],
  [
    'a charge of nobody, named by the operator',
    () => cdrWith(payloads().map((payload) => valueOf({ ...payload, ...nobody }))),
    'DriverUnknown',
    'operator',
  ],
]
