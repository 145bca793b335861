import {
  openOcppServer,
  nodeCrypto,
  silentLog,
  systemClock,
  type OcppServer,
} from '@interlock/host'
import { eui64, instant, unobserved } from '@interlock/kernel'
import { createEndpoint, type Endpoint, type Request } from '@interlock/ocpp'
import { effectWindow, signCommand, verifyReply } from '@interlock/seal'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { organisation } from '@interlock/host/identities.fixture'
import type { TestStation } from './fixture/station.fixture.ts'
import { csmsWorld, evening, stationConfig, type CsmsWorld } from './fixture/world.fixture.ts'
import type { CsmsRunning } from './start.ts'

let world: CsmsWorld
let csms: CsmsRunning
let server: OcppServer
let station: TestStation
const seen: string[] = []
const events: Request<'TransactionEvent'>[] = []
let virtual: Endpoint | undefined
let ofStandard: Endpoint | undefined

/** A virtual CSMS with one virtual EVSE, and the station behind it. */
beforeAll(async () => {
  world = await csmsWorld('virtual')
  const dsrsp = world.identities.identity('charging', organisation('dsrsp', 'dsrsp', 4))
  server = await openOcppServer({
    listen: { host: '127.0.0.1', port: 0 },
    identity: dsrsp,
    trust: world.identities.trust('charging'),
    securityProfile: 3,
    activity: unobserved,
    log: silentLog,
    subprotocols: ['ocpp2.0.1'],
    admit: ({ id, peer }) => {
      seen.push(`${id} ${peer?.role}`)
      return Promise.resolve({ ok: true })
    },
    accept: (socket) => {
      const endpoint = createEndpoint({
        transport: socket,
        handlers: {
          BootNotification: () => ({
            currentTime: '2026-01-05T18:00:00Z',
            interval: 300,
            status: 'Accepted',
          }),
          StatusNotification: () => ({}),
          TransactionEvent: (request) => {
            events.push(request)
            return {}
          },
        },
        wall: systemClock,
        activity: unobserved,
      })
      if (socket.id === 'VE-CS-1') virtual = endpoint
      else ofStandard = endpoint
    },
  })
  csms = await world.start(world.clock(), {
    peers: {
      supervisor: world.supervisor.url,
      dcc: world.dcc.url,
      dsrsp: `wss://127.0.0.1:${server.port}/ocpp/`,
    },
    stations: [
      { ...stationConfig('CS-1'), enrolled: true },
      stationConfig('CS-2'),
      { ...stationConfig('CS-3'), enrolled: true, trustMode: 'standard' },
    ],
  })
  station = await world.connect(csms, 'CS-1')
})
afterAll(async () => {
  await csms.close()
  await server.close()
  await world.close()
})

/** Signed by someone the CSMS knows nothing of. */
const profile = {
  evseId: 1,
  chargingProfile: {
    id: 2,
    stackLevel: 1,
    chargingProfilePurpose: 'TxDefaultProfile',
    chargingProfileKind: 'Absolute',
    chargingSchedule: [
      {
        id: 2,
        startSchedule: '2026-01-05T18:00:00Z',
        duration: 900,
        chargingRateUnit: 'W',
        chargingSchedulePeriod: [{ startPeriod: 0, limit: 0 }],
      },
    ],
  },
} as const satisfies Request<'SetChargingProfile'>
const signed = (id = 'CS-1') =>
  signCommand(
    {
      action: 'SetChargingProfile',
      payload: profile,
      role: 'dsrsp',
      org: eui64('02-00-00-00-00-00-00-04'),
      thumbprint: 'a'.repeat(42) + 'A',
      target: { station: stationConfig(id).eui as ReturnType<typeof eui64>, evse: 1 },
      counter: 1n,
      issuedAt: evening,
      expiresAt: instant(evening + 600_000),
      effect: effectWindow(evening),
    },
    nodeCrypto.generateKey().key,
    nodeCrypto,
  )

test('each enrolled station has one connection, under an identity of its own', async () => {
  await expect.poll(() => [virtual, ofStandard]).not.toContain(undefined)
  expect(seen.toSorted()).toEqual(['VE-CS-1 csms', 'VE-CS-3 csms'])
})

test('a signed message reaches the station as it was, and its signed answer comes back as it was', async () => {
  const command = signed()
  const reply = await virtual?.callSigned('SetChargingProfile', command)
  expect(station.commands.at(-1)?.signed).toEqual(command)
  const verified = verifyReply(reply, command, world.identityOf('CS-1').peer, nodeCrypto)
  expect(verified).toEqual({ ok: true, value: { status: 'Accepted' } })
})

test('a message without a signature does not pass', async () => {
  const before = station.commands.length
  await expect(virtual?.call('SetChargingProfile', profile)).rejects.toMatchObject({
    code: 'SecurityError',
  })
  expect(station.commands).toHaveLength(before)
})

test('a standard station, which cannot judge it, gets nothing by this way', async () => {
  const standard = await world.connect(csms, 'CS-3')
  const passed = ofStandard?.callSigned('SetChargingProfile', signed('CS-3'))
  await expect(passed).rejects.toMatchObject({ code: 'SecurityError' })
  expect(standard.commands).toEqual([])
  standard.endpoint.close()
  await standard.endpoint.closed
})

test('the station’s transactions are passed on', async () => {
  await station.started(systemClock, 'up-1', 100)
  await expect
    .poll(() => events.map((event) => event.transactionInfo.transactionId))
    .toEqual(['up-1'])
})

test('when the station is gone the DSRSP is told so', async () => {
  station.endpoint.close()
  await station.endpoint.closed
  await expect.poll(() => csms.sessions.size).toBe(0)
  await expect(virtual?.callSigned('SetChargingProfile', signed())).rejects.toMatchObject({
    code: 'GenericError',
  })
})
