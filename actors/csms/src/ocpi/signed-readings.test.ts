import { values } from '@interlock/billing/operator.fixture'
import { toIso, instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { signedReadings } from './signed-readings.ts'

const start = Date.parse('2026-01-12T20:30:00Z')
const [signed] = values()
const eventsWith = (count: number, meteringReceipt: unknown) =>
  Array.from({ length: count }, (_, index) => ({
    meterValue: [
      {
        timestamp: toIso(instant(start + index * 60_000)),
        sampledValue: [
          {
            value: index,
            signedMeterValue: {
              signedMeterData: signed?.signed_data ?? '',
              signingMethod: 'ECDSA-secp256r1-SHA256',
              encodingMethod: 'OCMF',
              publicKey: '',
              customData: { vendorId: 'org.interlock', meteringReceipt },
            },
          },
        ],
      },
    ],
  })) as unknown as Parameters<typeof signedReadings>[0]
const receipts = (count: number, receipt: unknown) =>
  (signedReadings(eventsWith(count, receipt))?.values ?? []).filter(
    ({ nature }) => nature === 'Receipt',
  )

test('what the vehicle has signed goes along beside its reading, as it came', () => {
  const found = signedReadings(eventsWith(2, { plainData: '{}', signature: 'AA==' }))
  expect(found?.values.map(({ nature }) => nature)).toEqual([
    'Intermediate',
    'Receipt',
    'Intermediate',
    'Receipt',
  ])
  expect(found?.values[1]).toEqual({ nature: 'Receipt', plain_data: '{}', signed_data: 'AA==' })
})

test('what is no receipt does not go along', () => {
  for (const other of [undefined, 'text', {}, { plainData: 'x'.repeat(5_001), signature: 'AA==' }])
    expect(receipts(2, other)).toEqual([])
})

test('of a session too long for all of them, those of both ends', () => {
  expect(receipts(500, { plainData: '{}', signature: 'AA==' })).toHaveLength(500)
  expect(receipts(600, { plainData: '{}', signature: 'AA==' })).toHaveLength(2)
  expect(signedReadings(eventsWith(600, undefined))?.values).toHaveLength(600)
})
