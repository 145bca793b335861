import type { TariffDocument, TimeOfUseDocument, VersionDocument } from './document.ts'
import { tariffOf } from './read-tariff.ts'
import type { Tariff } from './tariff.ts'

/** Registers 1 … 4 at 1 … 4 pence; day profile N is register N all day; every week is day 1. */
export const plain: TimeOfUseDocument = {
  registers: [1, 2, 3, 4].map((register) => ({
    register,
    name: `register ${register}`,
    blocks: [{ pencePerKilowattHour: register }],
  })),
  days: [1, 2, 3, 4].map((day) => ({ day, switches: [{ at: '00:00', register: day }] })),
  weeks: [{ week: 1, days: [1, 1, 1, 1, 1, 1, 1] }],
  seasons: [{ name: 'all year', from: '01-01', week: 1 }],
}

export const versionWith = (
  timeOfUse: Partial<TimeOfUseDocument> = {},
  change: Partial<VersionDocument> = {},
): VersionDocument => ({
  version: 1,
  validFrom: '2026-01-01T00:00:00Z',
  validUntil: '2028-01-01T00:00:00Z',
  standingChargePencePerDay: 0,
  timeOfUse: { ...plain, ...timeOfUse },
  ...change,
})

export const documentOf = (...versions: readonly VersionDocument[]): TariffDocument => ({
  tariff: 'test',
  clock: 'Europe/London',
  versions: [...versions],
})

export function tariffWith(...versions: readonly VersionDocument[]): Tariff {
  const read = tariffOf(documentOf(...versions))
  if (!read.ok) throw new Error(`${read.reason} ${read.detail ?? ''}`)
  return read.value
}
