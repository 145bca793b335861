import { encodePreCommand, signPreCommand } from '@interlock/gbcs'
import { inMinutes, instant, toBase64 } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { crypto, meter, stationSubject, supplier } from './fixture/parties.fixture.ts'
import { night, scene } from './fixture/scene.fixture.ts'

/** Two half-hours of prices, as the supplier of the home signs them. */
function tariff(
  version: number,
  { key = supplier.key, target = meter, from = night } = {},
): { kind: 'tariff'; signed: string } {
  const command = encodePreCommand({
    useCase: 'UpdateHalfHourlyTariff',
    originator: supplier.peer.organisation,
    target,
    counter: BigInt(version),
    version,
    from,
    prices: [27_300, -1_250],
  })
  return { kind: 'tariff', signed: toBase64(signPreCommand(command, key, crypto)) }
}

test('the price of the half-hour is shown, also after a loss of power, and none when there is none', async () => {
  const to = await scene()
  const price = () => to.station.observe().pencePerKilowattHour
  expect(price()).toBeUndefined()
  expect(await to.llcs.tell(tariff(3))).toBeUndefined()
  expect(price()).toBe(27.3)
  await to.restart()
  expect(price()).toBe(27.3)
  await to.clock.advance(inMinutes(30))
  expect(price()).toBe(-1.25)
  await to.clock.advance(inMinutes(30))
  expect(price()).toBeUndefined()
})

test('an LLCS that is not what it was passes on nothing that the supplier did not sign for this home', async () => {
  const to = await scene()
  expect(await to.llcs.tell(tariff(3))).toBeUndefined()
  expect(await to.llcs.tell(tariff(3))).toBeUndefined()
  const stranger = crypto.generateKey().key
  expect(await to.llcs.tell(tariff(4, { key: stranger }))).toBe('TariffForged')
  expect(await to.llcs.tell(tariff(4, { target: stationSubject.eui }))).toBe('TariffElsewhere')
  expect(await to.llcs.tell(tariff(2))).toBe('TariffOlder')
  const before = instant(night - 4 * 1_800_000)
  expect(await to.llcs.tell(tariff(4, { from: before }))).toBe('TariffStale')
  expect(to.station.observe().pencePerKilowattHour).toBe(27.3)
})
