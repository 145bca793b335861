import { instant } from '@interlock/kernel'
import { expect } from 'vitest'
import { toMeter, type World } from './attempts.fixture.ts'
import { evening } from './network.fixture.ts'
import { askSupplier } from './supplier.fixture.ts'

const halfHour = 1_800_000

/** What the meter counts under two rates goes to its supplier, register by register, and to nobody else. */
export async function consumptionIsRead(world: World): Promise<void> {
  const { supplier, csms } = world.users
  const meter = world.devices.meter.peer.eui
  const read = () => askSupplier(world, supplier, `${meter}/consumption`, undefined, 'GET')
  expect(await read()).toMatchObject({ body: { problem: 'DeviceRefused' } })
  // From six until half past eleven by day, and by night from then on.
  for (let number = 0; number < 12; number++) {
    const [from, until] = [number, number + 1].map((each) => instant(evening + each * halfHour))
    if (from === undefined || until === undefined) throw new Error('there are two')
    expect(world.meter.running.consume({ from, until, wattHours: 1_000 }).ok).toBe(true)
  }
  const lines = [
    { register: 1, wattHours: 11_000, exactPence: '268.29' },
    { register: 2, wattHours: 1_000, exactPence: '7' },
  ]
  expect(await read()).toMatchObject({
    status: 200,
    body: { device: meter, consumptions: [{ lines }] },
  })
  const asked = toMeter(world, '4.1.2', csms, { kind: 'readConsumption' })
  expect((await world.ask(csms, { ...asked, commandVariant: 1 })).name).toBe('RoleForbidden')
}
