import { encodePreCommand, signPreCommand, type Command } from '@interlock/gbcs'
import { nodeCrypto as crypto } from '@interlock/host'
import { inHours, instant, type PrivateKey } from '@interlock/kernel'
import { readTariffBytes, standardMessage, tariffBytes } from '@interlock/tariff'
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

type Prices = readonly [number, number]
const documentOf = (version: number, prices: Prices): Uint8Array =>
  tariffBytes({
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

/** As the supplier signs it for the home's meter. */
const sign = (
  said: Extract<Command, { useCase: 'UpdateTariffDocument' | 'ECS01a' }>,
  key: PrivateKey = supplier.key,
): Uint8Array => signPreCommand(encodePreCommand(said), key, crypto)
const addressed = (counter: number) => ({
  originator: supplier.peer.organisation,
  target: meter,
  counter: BigInt(counter),
})
function signed(
  version: number,
  prices: Prices,
  { key = supplier.key, target = meter }: { key?: PrivateKey; target?: typeof meter } = {},
): Uint8Array {
  const document = documentOf(version, prices)
  const id = { ...addressed(version), target }
  return sign({ useCase: 'UpdateTariffDocument', ...id, version, document }, key)
}
/** The same in the standard's message. */
function standard(
  counter: number,
  prices: Prices,
  {
    key = supplier.key,
    execution = 'atOnce',
  }: { key?: PrivateKey; execution?: 'atOnce' | 'never' } = {},
): Uint8Array {
  const tariff = readTariffBytes(documentOf(0, prices), 0)
  const tables = tariff.ok ? standardMessage(tariff.value, instant(Date.UTC(2026, 0, 1))) : tariff
  if (!tables.ok) throw new Error(tables.reason)
  return sign({ useCase: 'ECS01a', ...addressed(counter), ...tables.value, execution }, key)
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

  // The standard's message and ours are one order.
  expect(await tellTariff(standard(4, [31, 6.5]))).toBe(true)
  await vi.waitUntil(() => price() === 6.5, 30_000)
  for (const bad of [
    standard(5, [0, 0], { key: stranger }),
    standard(5, [0, 0], { execution: 'never' }),
    standard(1, [0, 0]),
    signed(3, [0, 0]),
  ]) {
    await tellTariff(bad)
    expect(price()).toBe(6.5)
  }
})
