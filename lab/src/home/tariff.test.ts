import { encodePreCommand, signPreCommand } from '@interlock/gbcs'
import { nodeCrypto as crypto } from '@interlock/host'
import { inHours, type PrivateKey } from '@interlock/kernel'
import { tariffBytes } from '@interlock/tariff'
import { expect, test, vi } from 'vitest'
import { home } from './home.fixture.ts'
import { charger, meter, supplier } from './parties.ts'

const pence = (day: number, night: number) => ({
  registers: [
    { register: 1, name: 'day', blocks: [{ pencePerKilowattHour: day }] },
    { register: 2, name: 'night', blocks: [{ pencePerKilowattHour: night }] },
  ],
  days: [
    {
      day: 1,
      switches: [
        { at: '00:00', register: 2 },
        { at: '05:30', register: 1 },
        { at: '23:30', register: 2 },
      ],
    },
  ],
  weeks: [{ week: 1, days: [1, 1, 1, 1, 1, 1, 1] }],
  seasons: [{ name: 'all year', from: '01-01', week: 1 }],
})

/** As the supplier signs it for the home's meter. */
function signed(
  version: number,
  prices: readonly [number, number],
  { key = supplier.key, target = meter }: { key?: PrivateKey; target?: typeof meter } = {},
): Uint8Array {
  const document = tariffBytes({
    tariff: 'night',
    clock: 'Europe/London',
    versions: [
      {
        version,
        validFrom: '2026-01-01T00:00:00Z',
        validUntil: '2026-02-01T00:00:00Z',
        standingChargePencePerDay: 47.85,
        timeOfUse: pence(...prices),
      },
    ],
  })
  const originator = supplier.peer.organisation
  const command = { useCase: 'UpdateTariffDocument', originator, target } as const
  const counter = BigInt(version)
  return signPreCommand(encodePreCommand({ ...command, counter, version, document }), key, crypto)
}

test('a tariff comes over the home network to the charger, which shows the price of the hour', async () => {
  const { station, tellTariff, step } = await home()
  const price = () => station.observe().pencePerKilowattHour
  expect(price()).toBeUndefined()
  expect(await tellTariff(signed(1, [24.39255, 7.00035]))).toBe(true)
  await vi.waitUntil(() => price() === 24.39255, 30_000)
  await step(inHours(1))
  expect(price()).toBe(7.00035)

  // Whoever is in the home network can send; none of it counts.
  const stranger = crypto.generateKey().key
  for (const bad of [
    signed(2, [0, 0], { key: stranger }),
    signed(2, [0, 0], { target: charger.peer.eui }),
    signed(0, [0, 0]),
    Uint8Array.of(1, 2, 3),
  ]) {
    await tellTariff(bad)
    expect(price()).toBe(7.00035)
  }
  await tellTariff(signed(2, [30, 5.5]))
  await vi.waitUntil(() => price() === 5.5, 30_000)
})
