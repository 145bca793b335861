import { eui64 } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { adopt, type Adopter, type AskedAdoption, type Registered } from './adoption.ts'

const eui = eui64('02-00-00-01-00-00-00-09')
const other = eui64('02-00-00-01-00-00-00-0A')
const organisation = eui64('02-00-00-00-00-00-00-03')
const password = 'a-password-of-a-station'
const here: Adopter = { organisation, profiles: [2, 3] }
const supervised: Registered = {
  eui,
  ratingWatts: 7000,
  evses: [1, 2],
  delaySecondsMax: 300,
  feeder: 'ACACIA-1',
  csms: organisation,
  llcs: other,
  state: 'prenotified',
  trust: 'supervised',
}
const standard: Registered = { ...supervised, state: 'authorised', trust: 'standard' }
const asked = (said: AskedAdoption, register: Registered, certificateEui?: string) =>
  adopt({ id: 'CS-9', certificateEui }, said, register, here)

test('what is adopted is what the register says, whatever else the operator does not say', () => {
  expect(asked({}, supervised)).toEqual({
    ok: true,
    value: {
      stationId: 'CS-9',
      eui,
      ratingWatts: 7000,
      evse: 1,
      evses: [1, 2],
      feeder: 'ACACIA-1',
      delaySecondsMax: 300,
      trustMode: 'supervised',
      enrolled: false,
      idTokens: [],
      llcs: other,
    },
  })
})

test.each<[string, AskedAdoption, Registered, string | undefined, string]>([
  [
    'of another CSMS',
    {},
    { ...supervised, csms: other },
    undefined,
    'IdentityMismatch: the register has it with another CSMS',
  ],
  ...(['suspended', 'decommissioned'] as const).map(
    (state): [string, AskedAdoption, Registered, undefined, string] => [
      state,
      {},
      { ...supervised, state },
      undefined,
      `DeviceState: it is ${state} in the register`,
    ],
  ),
  [
    'that the register has as supervised, as standard',
    { trustMode: 'standard', password },
    supervised,
    undefined,
    'TrustMismatch: the register has it as supervised',
  ],
  [
    'that the register has as standard, as supervised',
    { trustMode: 'supervised' },
    standard,
    undefined,
    'TrustMismatch: the register has it as standard',
  ],
  [
    'with another EUI-64 on its label',
    { eui: other },
    supervised,
    undefined,
    `IdentityMismatch: the register has it with EUI-64 ${eui}`,
  ],
  [
    'that showed the certificate of another unit',
    {},
    supervised,
    other,
    `IdentityMismatch: it showed the certificate of ${other}; the register has ${eui}`,
  ],
  [
    'that is supervised, with a password',
    { password },
    supervised,
    undefined,
    'BodyInvalid: a supervised station has no password here, and security profile 3',
  ],
  [
    'that is supervised, under security profile 2',
    { securityProfile: 2 },
    supervised,
    undefined,
    'BodyInvalid: a supervised station has no password here, and security profile 3',
  ],
  [
    'under a security profile without a door',
    { trustMode: 'standard', securityProfile: 1, password },
    standard,
    undefined,
    'BodyInvalid: nobody listens for security profile 1 here',
  ],
  [
    'under security profile 2 without a password',
    { trustMode: 'standard', securityProfile: 2 },
    standard,
    undefined,
    'BodyInvalid: security profile 2 needs a password',
  ],
  [
    'under security profile 3 with a password',
    { trustMode: 'standard', securityProfile: 3, password },
    standard,
    undefined,
    'BodyInvalid: under security profile 3 a certificate proves it, no password',
  ],
])('a station %s is not adopted', (_what, said, register, shown, refusal) => {
  const verdict = asked(said, register, shown)
  expect(verdict.ok ? 'adopted' : `${verdict.reason}: ${verdict.detail ?? ''}`).toBe(refusal)
})

test.each<[AskedAdoption, Registered]>([
  [{ eui }, supervised],
  [{ securityProfile: 3 }, supervised],
  [{ trustMode: 'standard', securityProfile: 2, password }, standard],
  [{ trustMode: 'standard', securityProfile: 3 }, standard],
  [{ trustMode: 'standard', password }, standard],
])('%j is adopted where the register agrees', (said, register) => {
  expect(asked(said, register, eui)).toMatchObject({ ok: true, value: { eui } })
})
