import { instant, toIso } from '@interlock/kernel'
import type { ChargingProfileType } from '@interlock/ocpp'
import { expect, test } from 'vitest'
import { boundedProfile, boundMillis } from './bounded-profile.ts'

const now = instant(Date.UTC(2026, 0, 5, 18))
const hour = 3_600_000
const iso = (hours: number): string => toIso(instant(now + hours * hour))
const inADay = toIso(instant(now + boundMillis))

const profile = (more: Partial<ChargingProfileType>): ChargingProfileType => ({
  id: 1,
  stackLevel: 0,
  chargingProfilePurpose: 'TxDefaultProfile',
  chargingProfileKind: 'Recurring',
  recurrencyKind: 'Daily',
  chargingSchedule: [
    {
      id: 1,
      chargingRateUnit: 'A',
      chargingSchedulePeriod: [
        { startPeriod: 0, limit: 16 },
        { startPeriod: 60, limit: 8 },
      ],
    },
  ],
  ...more,
})
const one = [
  { id: 1, chargingRateUnit: 'A' as const, chargingSchedulePeriod: [{ startPeriod: 0, limit: 6 }] },
]
const relative = { chargingProfileKind: 'Relative' } as const

test.each<[string, Partial<ChargingProfileType>, string | undefined]>([
  ['a recurrence without an end', {}, inADay],
  ['a recurrence of one level', { chargingSchedule: one }, inADay],
  ['a recurrence that ends next week', { validTo: iso(7 * 24) }, inADay],
  ['a weekly recurrence', { recurrencyKind: 'Weekly' }, inADay],
  ['one that ends today', { validTo: iso(5) }, iso(5)],
  ['one that begins next week', { validFrom: iso(7 * 24) }, undefined],
  ['one for the transactions to come', relative, inADay],
  ['one level for the transactions to come', { ...relative, chargingSchedule: one }, undefined],
  ['the same for a week', { ...relative, chargingSchedule: one, validTo: iso(7 * 24) }, inADay],
  ['one of a transaction', { ...relative, chargingProfilePurpose: 'TxProfile' }, undefined],
  ['an absolute one', { chargingProfileKind: 'Absolute' }, undefined],
])('%s', (_says, more, validTo) => {
  const asked = profile(more)
  const sent = boundedProfile(asked, now)
  expect(sent.validTo).toBe(validTo)
  expect({ ...sent, validTo: asked.validTo }).toEqual({ ...asked, validTo: asked.validTo })
})
