import type { Request } from '@interlock/ocpp'
import { expect, test } from 'vitest'
import { isCleared } from './clear-charging-profile.ts'
import { profile } from './lessons.fixture.ts'

const held = { evseId: 1, chargingProfile: profile }
const external = {
  evseId: 1,
  chargingProfile: {
    ...profile,
    chargingProfilePurpose: 'ChargingStationExternalConstraints' as const,
  },
}
test.each<[string, Request<'ClearChargingProfile'>, object, boolean]>([
  ['its id', { chargingProfileId: 7 }, held, true],
  ['another id', { chargingProfileId: 8 }, held, false],
  [
    'an id, whatever else is said',
    { chargingProfileId: 7, chargingProfileCriteria: { evseId: 2 } },
    held,
    true,
  ],
  ['everything', { chargingProfileCriteria: {} }, held, true],
  ['its EVSE and level', { chargingProfileCriteria: { evseId: 1, stackLevel: 0 } }, held, true],
  ['another EVSE', { chargingProfileCriteria: { evseId: 2 } }, held, false],
  ['another level', { chargingProfileCriteria: { evseId: 1, stackLevel: 1 } }, held, false],
  [
    'another purpose',
    { chargingProfileCriteria: { chargingProfilePurpose: 'TxProfile' } },
    held,
    false,
  ],
  ['the id of one from outside', { chargingProfileId: 7 }, external, false],
  ['everything, and one from outside', { chargingProfileCriteria: {} }, external, false],
])('what is cleared by %s (K10.FR.02)', (_says, request, value, gone) => {
  expect(isCleared(request, value as Readonly<Record<string, unknown>>)).toBe(gone)
})
