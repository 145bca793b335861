import { nodeCrypto as crypto } from '@interlock/host'
import { assert, toBase64, utf8 } from '@interlock/kernel'
import { signRecord, type Payload } from '@interlock/ocmf'
import type { Cdr, SignedValue, Tariff } from '@interlock/ocpi'
import { costOf } from './cost.ts'
import type { RegisteredMeter } from './signed-session.ts'

export const { key: meterKey } = crypto.generateKey()
export const { key: otherKey } = crypto.generateKey()
export const keyText = (key: typeof meterKey): string => toBase64(key.publicKey.spki)

export const meter: RegisteredMeter = {
  serial: 'M-1',
  publicKey: keyText(meterKey),
  ratingWatts: 7_360,
}

export const tariff: Tariff = {
  country_code: 'NL',
  party_id: 'CPO',
  id: 'T1',
  currency: 'EUR',
  elements: [
    { price_components: [{ type: 'FLAT', price: 0.5, vat: 20, step_size: 1 }] },
    { price_components: [{ type: 'ENERGY', price: 0.25, vat: 10, step_size: 1 }] },
  ],
  last_updated: '2026-01-01T00:00:00Z',
}

/** Half-hours after 20:30, and what the register shows then. */
export const registers = [1_000, 4_500, 8_000, 10_500]
const minutesAt = (index: number): string =>
  new Date(Date.parse('2026-01-12T20:30:00Z') + index * 1_800_000).toISOString()

/** What a meter says at one moment of a session that began with page `first`. */
export function payloadAt(index: number, first = 7, change: Partial<Payload> = {}): Payload {
  const last = registers.length - 1
  return {
    FV: '1.0',
    GS: 'G-1',
    MS: meter.serial,
    PG: `T${first + index}`,
    IS: true,
    IL: 'HEARSAY',
    IF: ['RFID_PLAIN'],
    IT: 'ISO14443',
    ID: '04A1B2C3',
    RD: [
      {
        TM: `${minutesAt(index).replace('.', ',').replace('Z', '+0000')} S`,
        TX: index === 0 ? 'B' : index === last ? 'E' : 'C',
        RV: registers[index] ?? 0,
        RI: '1-b:1.8.0',
        RU: 'Wh',
        EF: '',
        ST: 'G',
      },
    ],
    ...change,
  }
}

/** What a reading says of its driver where no card was shown. */
export const nobody = {
  IS: false,
  IL: 'NONE',
  IF: [],
  IT: 'NONE',
  ID: '',
} as const satisfies Partial<Payload>

/** A reading as the operator sends it on, signed by `key`. */
export function valueOf(payload: Payload, key = meterKey): SignedValue {
  const record = signRecord(payload, key, crypto)
  const plain = record.split('|')[1] ?? ''
  return { nature: 'Intermediate', plain_data: plain, signed_data: toBase64(utf8(record)) }
}

/** What one reading of the meter is changed to, before the meter signs. */
export type Changes = Readonly<Record<number, Partial<Payload['RD'][number]>>>

/** All readings of a session, each changed as `changes` says. */
export const payloads = (changes: Changes = {}, first = 7): readonly Payload[] =>
  registers.map((_, index) => {
    const payload = payloadAt(index, first)
    const RD = payload.RD.map((reading) => ({ ...reading, ...changes[index] }))
    return { ...payload, RD }
  })

export const values = (changes: Changes = {}, first = 7): readonly SignedValue[] =>
  payloads(changes, first).map((payload) => valueOf(payload))

/** The record of an honest operator, with these readings. */
export function cdrWith(signed: readonly SignedValue[] = values(), change: Partial<Cdr> = {}): Cdr {
  const cost = costOf(tariff, { wattHours: 9_500, hours: 1.5 })
  assert(cost.ok, 'the tariff of a test is simple')
  return {
    country_code: 'NL',
    party_id: 'CPO',
    id: 'C1',
    start_date_time: '2026-01-12T20:30:10Z',
    end_date_time: '2026-01-12T22:00:00Z',
    cdr_token: {
      country_code: 'NL',
      party_id: 'ILK',
      uid: '04a1b2c3',
      type: 'RFID',
      contract_id: 'NL-ILK-C00000001-X',
    },
    auth_method: 'AUTH_REQUEST',
    cdr_location: {
      id: 'L1',
      address: 'Damrak 1',
      city: 'Amsterdam',
      country: 'NLD',
      coordinates: { latitude: '52.376400', longitude: '4.898800' },
      evse_uid: 'E1',
      evse_id: 'NL*CPO*E1',
      connector_id: '1',
      connector_standard: 'IEC_62196_T2',
      connector_format: 'CABLE',
      connector_power_type: 'AC_1_PHASE',
    },
    currency: 'EUR',
    charging_periods: [
      {
        start_date_time: '2026-01-12T20:30:00Z',
        dimensions: [{ type: 'ENERGY', volume: 7 }],
      },
      {
        start_date_time: '2026-01-12T21:30:00Z',
        dimensions: [{ type: 'ENERGY', volume: 2.5 }],
      },
    ],
    signed_data: {
      encoding_method: 'OCMF',
      public_key: meter.publicKey,
      signed_values: [...signed],
    },
    total_cost: { excl_vat: 2.88, incl_vat: 3.21 },
    total_energy: 9.5,
    total_time: 1.5,
    last_updated: '2026-01-12T22:00:05Z',
    ...change,
  }
}
