import { limits, nationalBudget } from '@interlock/contract'
import type { ServiceRequest } from '@interlock/duis'
import { nodeCrypto as crypto, writeAtomic } from '@interlock/host'
import { instant } from '@interlock/kernel'
import { createCsr } from '@interlock/pki'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from './eventually.fixture.ts'
import { evening, network, owner, rating } from './network.fixture.ts'

// Room for two consumer arms, as each is charged its change and its return.
const consumerVendorWatts = 4 * rating
let world: Awaited<ReturnType<typeof network>>
beforeAll(async () => {
  world = await network('late-alert', { ...nationalBudget, consumerVendorWatts })
  await eventually(() => world.hub.connected())
})
afterAll(() => world.close())

const arm = async (request: ServiceRequest) =>
  (await world.arm(world.users.web, request, owner)).name
const used = ({ originator, counter }: ServiceRequest) =>
  world.llcs.alert({
    code: 'ECS101',
    recipient: world.devices.dcc,
    about: { party: originator, counter },
    controller: 1,
    direction: 'import',
    levelPercent: 100,
    from: world.clock.now(),
    until: world.clock.now(),
  })
const returned = async (): Promise<void> => {
  const { unused } = world.dcc().totals()
  await world.clock.advance(limits.armUnusedMillis + limits.armAlertMillis)
  await eventually(() => world.dcc().totals().unused > unused)
}

test('what was used in the last moment is charged when it is told, however late', async () => {
  const first = [world.armRequest('7.13'), world.armRequest('7.13')]
  for (const request of first) expect(await arm(request)).toBe('Accepted')
  await returned()
  // The budget was free again, and the vendor has taken it anew.
  const second = [world.armRequest('7.13'), world.armRequest('7.13')]
  for (const request of second) expect(await arm(request)).toBe('Accepted')
  for (const request of first) expect(await used(request)).toBe(true)
  expect(world.dcc().totals().used).toBe(2)

  // Those that moved nothing give theirs back; what has moved stays charged, over a restart too.
  await returned()
  expect(await arm(world.armRequest('7.13'))).toBe('BudgetExceeded')
  await world.restartDcc()
  await eventually(() => world.hub.connected())
  expect(await arm(world.armRequest('7.13'))).toBe('BudgetExceeded')
  await world.clock.advance(limits.armWindowMillisMax + 2 * limits.budgetWindowMillis)
  expect(await arm(world.armRequest('7.13'))).toBe('Accepted')
})

test('a supplier goes on when the certificate of the data company is renewed', async () => {
  const { dccIdentity, smki, dir } = world
  const { eui } = dccIdentity.peer
  const subject = { commonName: 'dcc', role: 'dcc', eui, organisation: eui } as const
  const chainPem = smki.certifyRequest(createCsr(dccIdentity.key, subject, crypto), subject)
  writeAtomic(`${dir}/smki-dcc/chain.pem`, chainPem, 0o644)
  await world.restartDcc()
  await eventually(() => world.dcc().hubsConnected() === 1 && world.meter.running.joined())
  const published = await world
    .supplier()
    .publish([{ from: instant(evening), pencePerKilowattHour: 38.4 }])
  expect(published.meters).toEqual([{ meter: world.devices.meter.peer.eui }])
})
