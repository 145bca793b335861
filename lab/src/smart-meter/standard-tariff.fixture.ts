import { cancellation, type ServiceRequest } from '@interlock/duis'
import { decodeResponse } from '@interlock/gbcs'
import { nodeCrypto as crypto } from '@interlock/host'
import { inHours, plus } from '@interlock/kernel'
import { openTariff, signedTariffIn } from '@interlock/seal'
import { expect } from 'vitest'
import { readTariff, toMeter, type World } from './attempts.fixture.ts'
import { consumptionIsRead } from './consumption.fixture.ts'
import { eventually } from './eventually.fixture.ts'
import { coarse, standardTariff } from './tariffs.fixture.ts'

/**
 * At once to meter, CSMS, DSRSP and home; then one for later, which is cancelled, and one that comes; then
 * what a supplier publishes, which the standard's message can say, and what is counted under it.
 */
export async function standardTariffTravels(world: World): Promise<void> {
  const { supplier, csms, dsrsp } = world.users
  const meter = world.devices.meter.peer.eui
  const opened = (signed: Uint8Array = new Uint8Array()) =>
    openTariff(signed, meter, supplier.peer, crypto, world.clock.now())
  const sent = async (request: ServiceRequest) =>
    (await world.arm(supplier, request, supplier.key)).name
  const inAnHour = plus(world.clock.now(), inHours(1))
  const tariff = (...how: Parameters<typeof standardTariff>) =>
    toMeter(world, '1.1.1', supplier, standardTariff(...how))
  const atOnce = tariff()
  expect(await sent(atOnce)).toBe('Accepted')
  for (const reader of [csms, dsrsp]) {
    const answer = await world.ask(reader, readTariff(world, reader))
    const read = opened(signedTariffIn(answer.payload ?? new Uint8Array()))
    if (!read.ok) throw new Error(read.reason)
    expect(read.value).toMatchObject({ counter: atOnce.counter, version: undefined })
    expect(read.value.prices).toHaveLength(7 * 48)
    expect(read.value.prices[0]?.pencePerKilowattHour).toBe(2.121)
    // And table by table, as the meter itself shows it to whoever may read it.
    const asked = { ...readTariff(world, reader), body: { kind: 'readTariff' } } as const
    const { payload = new Uint8Array() } = await world.ask(reader, asked)
    const shown = decodeResponse(payload)
    expect(shown.ok && shown.value.response).toMatchObject({
      useCase: 'ECS24',
      result: 'success',
      activePrice: 2_121,
      activePriceScale: -5,
    })
  }
  await eventually(() => {
    const told = opened(world.llcs.tariff)
    return told.ok && told.value.counter === atOnce.counter
  })
  expect(await sent(tariff(inAnHour, [101]))).toBe('Accepted')
  expect(await sent(tariff(cancellation))).toBe('Accepted')
  const dated = tariff(inAnHour, [101])
  expect(await sent(dated)).toBe('Accepted')
  expect(world.meter.running.tariff()?.counter).toBe(atOnce.counter)
  await world.clock.advance(inHours(1))
  expect(world.meter.running.tariff()?.counter).toBe(dated.counter)
  await eventually(() => {
    const told = opened(world.llcs.tariff)
    return told.ok && told.value.prices[0]?.pencePerKilowattHour === 1.361
  })
  const published = await world.supplier().publish(coarse)
  expect(published.meters).toEqual([{ meter }])
  expect(world.meter.running.tariff()).toMatchObject({ useCase: 'ECS01a', execution: 'atOnce' })
  const answer = await world.ask(csms, readTariff(world, csms))
  const read = opened(signedTariffIn(answer.payload ?? new Uint8Array()))
  const night = read.ok ? read.value.prices.filter((each) => each.pencePerKilowattHour === 7) : []
  expect(night).toHaveLength(7 * 12)
  await consumptionIsRead(world)
}
