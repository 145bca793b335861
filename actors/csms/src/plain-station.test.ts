import { readFileSync } from 'node:fs'
import { X509Certificate } from 'node:crypto'
import { generateRsaKey, hashPassword, httpClient, type HttpClient } from '@interlock/host'
import { unobserved } from '@interlock/kernel'
import { createRsaCsr } from '@interlock/pki'
import { WebSocket, type ClientOptions, type RawData } from 'ws'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ofCsms, organisation, stationSubject } from '@interlock/host/identities.fixture'
import { csmsWorld, stationConfig, type CsmsWorld } from './fixture/world.fixture.ts'
import type { CsmsRunning } from './start.ts'

/** Stations that know OCPP 2.0.1 and nothing of us: scripts over `ws`, in standard mode. */

let world: CsmsWorld
let csms: CsmsRunning
let maintainer: HttpClient
let reader: HttpClient
const password = 'a-password-of-a-station'

beforeAll(async () => {
  world = await csmsWorld('plain')
  const passwordHash = await hashPassword(password)
  world.identities.rsaPair(organisation('csms', 'csms', 3))
  csms = await world.start(world.clock(), {
    ocpp: {
      ...world.config().ocpp,
      profile1: { host: '127.0.0.1', port: 0 },
      rsa: { identity: world.identities.rsaDirOf('csms'), keyExchange: true },
    },
    stations: ['CS-1', 'CS-2', 'CS-3', 'CS-4'].map((id) => ({
      ...stationConfig(id),
      trustMode: 'standard' as const,
      ...(['CS-3', 'CS-4'].includes(id) ? {} : { passwordHash }),
    })),
  })
  const trust = world.identities.trust('charging')
  const clientOf = (role: 'maintainer' | 'web', number: number): HttpClient => {
    const subject = ofCsms(role, role, number)
    const identity = world.identities.identity('charging', subject)
    return httpClient({ identity, trust, activity: unobserved })
  }
  maintainer = clientOf('maintainer', 0x50)
  reader = clientOf('web', 0x51)
})
afterAll(async () => {
  await maintainer.close()
  await reader.close()
  await csms.close()
  await world.close()
})

const ca = (): Buffer => readFileSync(world.identities.authorities.charging.rootPath)
const basic = (id: string): ClientOptions => ({
  headers: { authorization: `Basic ${btoa(`${id}:${password}`)}` },
})
const certificate = (id: string): ClientOptions => {
  const { keyPem: key, chainPem: cert } = world.identityOf(id)
  return { key, cert }
}
/** Of TLS it only knows what the specification asks of a station with RSA (A00.FR.422). */
const byRsa = (id: string): ClientOptions => {
  const subject = stationSubject(id, Number(id.split('-')[1]))
  const { keyPem: key, chainPem: cert } = world.identities.rsaPair(subject)
  return { key, cert, ciphers: 'AES128-GCM-SHA256:AES256-GCM-SHA384', maxVersion: 'TLSv1.2' }
}
const ways: readonly [profile: 1 | 2 | 3, id: string, way: () => [string, ClientOptions]][] = [
  [1, 'CS-1', () => [`ws://127.0.0.1:${csms.ocppPorts.profile1}`, basic('CS-1')]],
  [2, 'CS-2', () => [`wss://127.0.0.1:${csms.ocppPorts.profile2}`, { ca: ca(), ...basic('CS-2') }]],
  [
    3,
    'CS-3',
    () => [`wss://127.0.0.1:${csms.ocppPorts.profile3}`, { ca: ca(), ...certificate('CS-3') }],
  ],
  [3, 'CS-4', () => [`wss://127.0.0.1:${csms.ocppPorts.profile3}`, { ca: ca(), ...byRsa('CS-4') }]],
]

type Frame = readonly [2, string, string, object] | readonly [3, string, object]
const read = (data: RawData): Frame => JSON.parse((data as Buffer).toString()) as Frame

/** The script: it keeps what it is sent, accepts it, and says what it is told to say. */
function script(socket: WebSocket) {
  const sent: (readonly [string, object])[] = []
  socket.on('message', (data) => {
    const frame = read(data)
    if (frame[0] !== 2) return
    sent.push([frame[2], frame[3]])
    socket.send(JSON.stringify([3, frame[1], { status: 'Accepted' }]))
  })
  let calls = 0
  const says = (action: string, payload: object): Promise<object> =>
    new Promise((resolve) => {
      const id = `m${(calls += 1)}`
      const hear = (data: RawData): void => {
        const frame = read(data)
        if (frame[0] === 2 || frame[1] !== id) return
        socket.off('message', hear)
        resolve(frame[2])
      }
      socket.on('message', hear)
      socket.send(JSON.stringify([2, id, action, payload]))
    })
  return { sent, says }
}

const start = { remoteStartId: 7, evseId: 1, idToken: { idToken: 'X', type: 'Central' } }
const limit = {
  evseId: 1,
  chargingProfile: {
    id: 1,
    stackLevel: 0,
    chargingProfilePurpose: 'TxDefaultProfile',
    chargingProfileKind: 'Relative',
    chargingSchedule: [
      { id: 1, chargingRateUnit: 'W', chargingSchedulePeriod: [{ startPeriod: 0, limit: 3000 }] },
    ],
  },
}
const event = (eventType: string, seqNo: number, wattHours: number) => ({
  eventType,
  timestamp: new Date(Date.UTC(2026, 0, 5, 18, seqNo)).toISOString(),
  triggerReason: seqNo === 0 ? 'RemoteStart' : 'RemoteStop',
  seqNo,
  transactionInfo: { transactionId: 'tx', ...(seqNo === 0 && { remoteStartId: 7 }) },
  evse: { id: 1, connectorId: 1 },
  meterValue: [{ timestamp: new Date().toISOString(), sampledValue: [{ value: wattHours }] }],
})

test.each(ways)(
  'a plain script is operated under security profile %i as %s',
  async (_, id, way) => {
    const [address, options] = way()
    const socket = new WebSocket(`${address}/ocpp/${id}`, ['ocpp2.0.1'], options)
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
    const { sent, says } = script(socket)
    const url = `https://127.0.0.1:${csms.port}/api/v1/stations/${id}`
    const operate = (action: string, body: object) =>
      maintainer.request('POST', `${url}/commands/${action}`, body)

    const boot = { reason: 'PowerUp', chargingStation: { vendorName: 'Anyone', model: 'Plain' } }
    expect(await says('BootNotification', boot)).toMatchObject({ status: 'Accepted' })
    const accepted = { status: 200, body: { response: { status: 'Accepted' } } }
    expect(await operate('SetChargingProfile', limit)).toMatchObject(accepted)
    expect(await operate('RequestStartTransaction', start)).toMatchObject(accepted)
    await says('TransactionEvent', event('Started', 0, 100))
    expect(await operate('RequestStopTransaction', { transactionId: 'tx' })).toMatchObject(accepted)
    await says('TransactionEvent', event('Ended', 1, 1_100))

    const orders = sent.filter(([action]) => /^(Set|Request)/.test(action))
    expect(orders).toEqual([
      ['SetChargingProfile', limit],
      ['RequestStartTransaction', start],
      ['RequestStopTransaction', { transactionId: 'tx' }],
    ])
    const { body } = await reader.request('GET', `${url}/transactions/tx`)
    expect(body).toMatchObject({ state: 'ended', complete: true, remoteStartId: 7, connectorId: 1 })
    expect((await reader.request('GET', url)).body).toMatchObject({ trustMode: 'standard' })

    // What the supervisor does not grant does not leave, under any profile.
    world.supervisor.refuse = 'BudgetExceeded'
    expect((await operate('Reset', { type: 'Immediate' })).body).toMatchObject({
      status: 'Refused',
      reasonCode: 'BudgetExceeded',
    })
    world.supervisor.refuse = undefined
    expect(sent.map(([action]) => action)).not.toContain('Reset')
    socket.close()
    await new Promise((resolve) => socket.once('close', resolve))
  },
)

test('a station with an RSA key has it certified (A00.FR.421)', async () => {
  const [, , , [, id, way]] = ways as readonly [unknown, unknown, unknown, (typeof ways)[number]]
  const [address, options] = way()
  const socket = new WebSocket(`${address}/ocpp/${id}`, ['ocpp2.0.1'], options)
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  const { says } = script(socket)
  const certified = new Promise<string>((resolve) =>
    socket.on('message', (data) => {
      const [, , action, payload] = read(data)
      if (action === 'CertificateSigned')
        resolve((payload as { certificateChain: string }).certificateChain)
    }),
  )
  const boot = { reason: 'PowerUp', chargingStation: { vendorName: 'Anyone', model: 'Plain' } }
  await says('BootNotification', boot)
  const key = generateRsaKey()
  const csr = createRsaCsr(key, stationSubject(id, 4))
  const certificateType = 'ChargingStationCertificate'
  expect(await says('SignCertificate', { csr, certificateType })).toEqual({ status: 'Accepted' })
  const { publicKey } = new X509Certificate(await certified)
  expect(publicKey.export({ type: 'spki', format: 'der' })).toEqual(Buffer.from(key.spki))
  socket.close()
  await new Promise((resolve) => socket.once('close', resolve))
})
