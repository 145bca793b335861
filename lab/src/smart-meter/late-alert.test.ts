import { readFileSync } from 'node:fs'
import { limits, nationalBudget } from '@interlock/contract'
import type { ServiceRequest } from '@interlock/duis'
import { encodeAlert } from '@interlock/gbcs'
import {
  checkConfig,
  ensureDir,
  nodeCrypto as crypto,
  openJournal,
  writeAtomic,
} from '@interlock/host'
import { instant, toBase64 } from '@interlock/kernel'
import { LlcsConfig, startLlcs } from '@interlock/llcs'
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
const useOf = ({ originator, counter }: ServiceRequest) =>
  ({
    code: 'ECS101',
    recipient: world.devices.dcc,
    about: { party: originator, counter },
    controller: 1,
    direction: 'import',
    levelPercent: 100,
    from: world.clock.now(),
    until: world.clock.now(),
  }) as const
const used = (request: ServiceRequest) => world.llcs.alert(useOf(request))
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
  const last = world.armRequest('7.13')
  expect(await arm(last)).toBe('Accepted')

  // The other ledger, which has room for it, is charged again as well.
  await returned()
  expect(world.ledger().held()).toEqual([])
  expect(await used(last)).toBe(true)
  expect(world.ledger().held()).toHaveLength(1)
})

/** What is on the record of an actor of alerts that were refused. */
const refusals = (actor: string) =>
  readFileSync(`${world.dir}/${actor}/audit.jsonl`, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { kind: string; data: object })
    .filter(({ kind }) => kind === 'AlertRefused')
    .map(({ data }) => data)

test('an alert that is refused for good is on the record at both ends, and the one behind it is taken', async () => {
  const { dir, devices, hub, hubConfig, users } = world
  const { llcs: identity, meter } = devices
  const { eui } = identity.peer
  const request = world.armRequest('7.13')
  expect(await arm(request)).toBe('Accepted')
  const before = world.dcc().totals().used

  // What waits when the LLCS comes back: one that another key has signed, and a good one.
  const use = { ...useOf(request), device: eui }
  const alerts = [
    encodeAlert({ ...use, counter: 1_001n }, crypto.generateKey().key, crypto),
    encodeAlert({ ...use, counter: 1_002n }, identity.key, crypto),
  ]
  const data = `${dir}/llcs`
  ensureDir(data)
  const journal = openJournal(`${data}/journal.jsonl`)
  journal.rewrite([{ alerts: alerts.map(toBase64), alertCounter: '1002' }])
  journal.close()
  const config = {
    actor: 'llcs',
    name: 'LLCS',
    region: 'GB',
    data,
    eui,
    identity: `${dir}/smki-llcs`,
    hub: { port: hub.port, hanKey: hubConfig.hanKey },
    anchors: { broker: `${dir}/smki-dcc/chain.pem` },
    tariff: { meter: meter.peer.eui, supplier: `${dir}/smki-supplier/chain.pem` },
    trust: hubConfig.trust,
    station: users.web.peer.eui,
    installCode: 'install code of this home',
    listen: { port: 0 },
    evses: [1],
  }
  const llcs = await startLlcs(checkConfig('llcs', config, LlcsConfig), world.depsOf())
  try {
    await eventually(() => world.dcc().totals().used === before + 1)
  } finally {
    await llcs.close()
  }
  expect(refusals('llcs')).toEqual([{ code: 'ECS101', counter: '1001' }])
  expect(refusals('dcc')).toMatchObject([{ device: eui, reason: 'SignatureInvalid' }])
})

test('a meter, too, has on the record which of its alerts was refused for good', async () => {
  const { dir, devices, meter, clock } = world
  await meter.running.close()
  // What waits when the meter comes back: signed by another key than its own.
  const alert = {
    code: 'ECS101',
    recipient: devices.dcc,
    about: { party: devices.dcc, counter: 1n },
    controller: 1,
    direction: 'import',
    levelPercent: 100,
    from: clock.now(),
    until: clock.now(),
    device: devices.meter.peer.eui,
    counter: 7n,
  } as const
  const forged = encodeAlert(alert, crypto.generateKey().key, crypto)
  const journal = openJournal(`${dir}/meter/meter.journal`)
  journal.append({ kind: 'alerts', last: '7', waiting: [toBase64(forged)] })
  journal.close()
  meter.running = await world.startMeterHere()
  await eventually(() => refusals('meter').length > 0)
  expect(refusals('meter')).toEqual([{ code: 'ECS101', counter: '7' }])
  expect(refusals('dcc').at(-1)).toMatchObject({
    device: devices.meter.peer.eui,
    reason: 'SignatureInvalid',
  })
})

// Last: nobody else here knows that certificate.
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
