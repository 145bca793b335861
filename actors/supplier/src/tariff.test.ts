import { instant } from '@interlock/kernel'
import type { TariffDocument } from '@interlock/tariff'
import { expect, test } from 'vitest'
import { bodyOf } from './tariff.ts'

const versions = (count: number, name = 'all day'): TariffDocument => ({
  tariff: 'one-price',
  clock: 'Europe/London',
  versions: Array.from({ length: count }, (_, version) => ({
    version,
    validFrom: '2026-01-05T00:00:00Z',
    validUntil: '2027-01-05T00:00:00Z',
    standingChargePencePerDay: 47.85,
    timeOfUse: {
      registers: Array.from({ length: 48 }, (_register, index) => ({
        register: index + 1,
        name: `${name} ${index}`,
        blocks: [{ pencePerKilowattHour: 10 + index }],
      })),
      days: [
        {
          day: 1,
          switches: Array.from({ length: 48 }, (_switch, index) => ({
            at: `${String(index >> 1).padStart(2, '0')}:${index % 2 === 0 ? '00' : '30'}`,
            register: index + 1,
          })),
        },
      ],
      weeks: [{ week: 1, days: [1, 1, 1, 1, 1, 1, 1] }],
      seasons: [{ name: 'all year', from: '01-01', week: 1 }],
    },
  })),
})

test('a document of 48 registers fits into a message, with the version it is published as', () => {
  const body = bodyOf(versions(1), 7)
  expect(body).toMatchObject({ ok: true, value: { kind: 'tariffDocument', version: 7 } })
  const text = body.ok && 'document' in body.value && new TextDecoder().decode(body.value.document)
  expect(text).toContain('"version":7')
})

test.each([
  ['two versions', versions(2)],
  ['too long a document', versions(1, 'x'.repeat(60))],
  ['no season of every year', { ...versions(1), versions: [onlyOnce()] }],
])('%s cannot be published', (_what, offer) => {
  expect(bodyOf(offer, 1)).toMatchObject({ ok: false, reason: 'DocumentInvalid' })
})

function onlyOnce(): TariffDocument['versions'][number] {
  const [version] = versions(1).versions
  const timeOfUse = version?.timeOfUse
  if (version === undefined || timeOfUse === undefined) throw new Error('there is one version')
  const seasons = [{ name: 'once', from: '2026-01-01', week: 1 }]
  return { ...version, timeOfUse: { ...timeOfUse, seasons } }
}

test('half-hours without a gap are published as such, and with one are not', () => {
  const from = Date.UTC(2026, 0, 5)
  const price = (halfHours: number) => ({
    from: instant(from + halfHours * 1_800_000),
    pencePerKilowattHour: -1.25,
  })
  expect(bodyOf([price(0), price(1)], 3)).toEqual({
    ok: true,
    value: { kind: 'tariff', version: 3, from, prices: [-1_250, -1_250] },
  })
  expect(bodyOf([price(0), price(2)], 3)).toMatchObject({ reason: 'PricesHaveGaps' })
})
