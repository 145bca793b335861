import { createServer, type AddressInfo, type Socket } from 'node:net'
import { openAnswer, readProfile, unprotect } from '@interlock/gbcs'
import {
  checkConfig,
  ensureDir,
  httpClient,
  nodeCrypto as crypto,
  openJournal,
  packet,
  type Identity,
} from '@interlock/host'
import { assert, inSeconds, instant, millis, toIso, unobserved } from '@interlock/kernel'
import { encodeReading, halfHourMillis, LlcsConfig, startLlcs } from '@interlock/llcs'
import { startSupplier, SupplierConfig } from '@interlock/supplier'
import { expect } from 'vitest'
import { toMeter, type World } from './attempts.fixture.ts'
import { eventually } from './eventually.fixture.ts'

/** The front end of a settlement meter (simulated): whoever connects hears what it says from then on. */
async function frontEnd() {
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer((socket) => {
    sockets.add(socket)
    connections += 1
    socket.on('error', () => {})
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  let number = 0
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    say(importWattHours: number): void {
      const reading = { number: number++, importWattHours, exportWattHours: 0 }
      for (const socket of sockets) socket.write(packet(encodeReading(reading)))
    },
    close(): void {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

const honest = '02-00-00-01-00-00-00-01'
const lying = '02-00-00-01-00-00-00-02'
const unmetered = '02-00-00-01-00-00-00-03'

/** A real LLCS in the place of the home's, with its meter. */
async function meteredLlcs(world: World, port: number) {
  const { dir, hub, hubConfig, devices, depsOf } = world
  world.llcs.close()
  const { hanKey, ...common } = hubConfig
  const config = checkConfig(
    'test',
    {
      region: common.region,
      production: common.production,
      actor: 'llcs',
      name: 'LLCS',
      data: `${dir}/llcs`,
      eui: devices.llcs.peer.eui,
      identity: `${dir}/smki-llcs`,
      hub: { port: hub.port, hanKey },
      anchors: { broker: `${dir}/smki-dcc/chain.pem`, dsrsp: `${dir}/smki-dsrsp/chain.pem` },
      trust: { smartMeter: `${dir}/smart-meter.pem` },
      tariff: { meter: devices.meter.peer.eui, supplier: `${dir}/smki-supplier/chain.pem` },
      station: honest,
      installCode: 'install-code-for-tests',
      listen: { port: 0 },
      evses: [1],
      settlementMeter: { host: '127.0.0.1', port, lostMillisMax: 600_000 },
    },
    LlcsConfig,
  )
  return startLlcs(config, depsOf())
}

/** A supplier to whom its customers' chargers have said, by their operator, what is given. */
async function supplierOf(
  { dir, url, users, devices, identity, depsOf }: World,
  said: Readonly<Record<string, readonly number[]>>,
  from: number,
) {
  identity('supplier', 'charging', users.supplier)
  const data = `${dir}/settling-supplier`
  ensureDir(data)
  const heard = openJournal(`${data}/half-hours.journal`)
  for (const [home, wattHours] of Object.entries(said))
    heard.append({ home, consumption: { from, wattHours } })
  heard.close()
  const config = checkConfig(
    'test',
    {
      region: 'GB',
      actor: 'settling-supplier',
      name: 'Supplier',
      data,
      identity: `${dir}/smki-supplier`,
      chargingIdentity: `${dir}/charging-supplier`,
      trust: { smartMeter: `${dir}/smart-meter.pem`, charging: `${dir}/charging.pem` },
      listen: { port: 0 },
      dcc: url,
      dccCertificate: `${dir}/smki-dcc/chain.pem`,
      meters: [],
      // Nobody is there: what was heard before is what there is.
      middleware: {
        accessPoint: 'https://127.0.0.1:1',
        keys: 'https://127.0.0.1:1',
        keyServer: '02-00-00-00-00-00-00-98',
      },
      customers: Object.keys(said).map((station) => ({
        station,
        feeder: 'F1',
        csms: users.csms.peer.organisation,
        ...(station === unmetered ? {} : { llcs: devices.llcs.peer.eui }),
      })),
    },
    SupplierConfig,
  )
  return startSupplier(config, depsOf())
}

/**
 * What the home's settlement meter counts is read by its supplier and its DSRSP alone, through DCC and hub that read none
 * of it; and a charger that says half of it to its operator is found by that, and not without.
 */
export async function settlementIsRead(world: World): Promise<void> {
  const { clock, users, devices } = world
  const device = devices.llcs.peer.eui
  const meter = await frontEnd()
  const llcs = await meteredLlcs(world, meter.port)
  await eventually(() => llcs.connected().hub)
  const begins = Math.ceil((clock.now() + 2_000) / halfHourMillis) * halfHourMillis
  const at = (count: number) => instant(begins + count * halfHourMillis)
  let register = 123_000
  const say = async (wattHours = 0): Promise<void> => {
    const { settlement } = llcs
    assert(settlement !== undefined, 'it has a meter')
    // Whoever was heard before may be cut, and not know it yet.
    await eventually(() => settlement.isConnected && settlement.connections === meter.connections())
    const before = settlement.readings
    meter.say((register += wattHours))
    await eventually(() => settlement.readings > before)
  }
  for (const [boundary, wattHours] of [0, 3_700, 1_500].entries()) {
    await clock.advance(millis(at(boundary) - 1_000 - clock.now()))
    await say(wattHours)
    await clock.advance(inSeconds(1))
    await say()
  }
  const said = { [honest]: [3_690, 1_503], [lying]: [1_850, 750], [unmetered]: [1_850, 750] }
  const supplier = await supplierOf(world, said, at(0))
  const client = httpClient({
    identity: users.supplier,
    trust: { roots: [world.smki.rootPem] },
    activity: unobserved,
    expectRole: 'supplier',
  })
  const period = `from=${toIso(at(0))}&until=${toIso(at(2))}`
  const ask = (path: string) =>
    client.request('GET', `https://127.0.0.1:${supplier.port}/api/v1/${path}/settlement?${period}`)
  try {
    const halfHours = [
      { from: toIso(at(0)), wattHours: 3_700 },
      { from: toIso(at(1)), wattHours: 1_500 },
    ]
    expect((await ask(`devices/${device}`)).body).toEqual({ device, halfHours })
    const agreed = await ask(`customers/${honest}`)
    expect(agreed.body).toMatchObject({ compared: 2, differences: [] })
    expect(agreed.body).not.toHaveProperty('finding')
    expect((await ask(`customers/${lying}`)).body).toMatchObject({
      finding: 'CountsDiffer',
      chargerSignedBy: users.csms.peer.organisation,
      meterSignedBy: device,
      differences: [
        { from: toIso(at(0)), chargerWattHours: 1_850, meterWattHours: 3_700 },
        { from: toIso(at(1)), chargerWattHours: 750, meterWattHours: 1_500 },
      ],
    })
    // The same lie where nobody else counts: there is nothing to hold it against.
    expect(await ask(`customers/${unmetered}`)).toMatchObject({ status: 404 })
    await onlyItsReadersRead(world, { from: at(1), until: at(2) })
  } finally {
    await client.close()
    await supplier.close()
    await llcs.close()
    meter.close()
  }
}

async function onlyItsReadersRead(
  world: World,
  period: { readonly from: ReturnType<typeof instant>; readonly until: ReturnType<typeof instant> },
): Promise<void> {
  const { dsrsp, csms, supplier } = world.users
  const { peer } = world.devices.llcs
  const asked = (user: Identity) => ({
    ...toMeter(world, '4.8.1', user, { kind: 'readImportProfile', ...period }),
    target: peer.eui,
    commandVariant: 1 as const,
  })
  const request = asked(dsrsp)
  const { originator: reader, counter } = request
  const { payload = new Uint8Array() } = await world.ask(dsrsp, request)
  const answer = openAnswer(payload, { ...request, useCase: 'ECS22b' }, peer.publicKey, crypto)
  const data = (answer.ok && answer.value.data) || new Uint8Array()
  const readBy = ({ key }: Identity) => {
    const keys = { own: key, peer: peer.publicKey }
    const plain = unprotect(data, { device: peer.eui, reader, counter }, keys, crypto)
    return plain && readProfile(plain)?.map(({ wattHours }) => wattHours)
  }
  expect(readBy(dsrsp)).toEqual([3_700, 1_500])
  // Neither who brings it nor another reader.
  expect([readBy(world.dccIdentity), readBy(supplier)]).toEqual([undefined, undefined])
  expect((await world.ask(csms, asked(csms))).name).toBe('RoleForbidden')
}
