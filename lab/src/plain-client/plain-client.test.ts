import { randomUUID } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket, type RawData } from 'ws'
import { silentLog, temporaryDir } from '@interlock/host'
import { toIso } from '@interlock/kernel'
import { wss } from '../street/configs.ts'
import { startStreet, type RunningHome, type Street } from '../street/start-street.ts'
import { makeDay, worldStart } from '../worlds/day.ts'
import { createWorldClock } from '../worlds/world-clock.ts'

/**
 * A client that knows nothing of us: bare `ws` and hand-written frames, as the firmware of another
 * maker would be. It uses the certificate that a charger of the street was given at commissioning.
 */
const dir = temporaryDir('interlock-plain')
let street: Street
let first: RunningHome
let second: RunningHome

beforeAll(async () => {
  const world = createWorldClock(worldStart)
  const { sessions } = makeDay(1, 2, {})
  street = await startStreet({ dir, seed: 1, sessions, world, log: silentLog, say: () => {} })
  const [one, two] = street.homes
  if (one === undefined || two === undefined) throw new Error('the street has two homes')
  ;[first, second] = [one, two]
  await Promise.all([one.station.close(), two.station.close()])
})
afterAll(async () => {
  await street.close()
  rmSync(dir, { recursive: true, force: true })
})

type Credentials = { readonly key?: Buffer; readonly cert?: Buffer }

const credentialsOf = ({ home }: RunningHome): Credentials => {
  const { data } = street.plan.layout.device('station', home)
  return {
    key: readFileSync(join(data, 'identity/key.pem')),
    cert: readFileSync(join(data, 'identity/chain.pem')),
  }
}

function open(path: string, credentials: Credentials): Promise<WebSocket> {
  const ca = readFileSync(street.plan.layout.trust.charging)
  const url = `${wss(street.plan, 'csms/ocpp3')}/ocpp/${path}`
  const socket = new WebSocket(url, ['ocpp2.0.1'], { ca, ...credentials })
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(socket))
    socket.once('unexpected-response', (_request, response) =>
      reject(new Error(`HTTP ${response.statusCode ?? 0}`)),
    )
    socket.once('error', reject)
  })
}

/** Sends one CALL and waits for what has its id. */
function call(socket: WebSocket, action: string, payload: object): Promise<unknown[]> {
  const id = randomUUID()
  return new Promise((resolve) => {
    const onMessage = (data: RawData): void => {
      const frame = JSON.parse((data as Buffer).toString('utf8')) as unknown[]
      if (frame[1] !== id) return
      socket.off('message', onMessage)
      resolve(frame)
    }
    socket.on('message', onMessage)
    socket.send(JSON.stringify([2, id, action, payload]))
  })
}

const boot = { reason: 'PowerUp', chargingStation: { model: 'Plain', vendorName: 'Elsewhere' } }

test('with its own certificate a plain client boots and transacts', async () => {
  const socket = await open(first.home.stationId, credentialsOf(first))
  expect(socket.protocol).toBe('ocpp2.0.1')
  expect(await call(socket, 'BootNotification', boot)).toMatchObject([
    3,
    expect.anything(),
    { status: 'Accepted' },
  ])
  const before = await street.csms.totals()
  const transactionInfo = { transactionId: randomUUID() }
  const event = (eventType: string, seqNo: number, wattHours: number): object => ({
    eventType,
    timestamp: toIso(worldStart),
    triggerReason: eventType === 'Started' ? 'CablePluggedIn' : 'EVDeparted',
    seqNo,
    transactionInfo,
    evse: { id: 1, connectorId: 1 },
    meterValue: [
      {
        timestamp: toIso(worldStart),
        sampledValue: [{ value: wattHours, measurand: 'Energy.Active.Import.Register' }],
      },
    ],
  })
  expect((await call(socket, 'TransactionEvent', event('Started', 0, 1_000)))[0]).toBe(3)
  expect((await call(socket, 'TransactionEvent', event('Ended', 1, 3_500)))[0]).toBe(3)
  expect((await call(socket, 'TransactionEvent', event('Ended', 1, 3_500)))[0]).toBe(3)
  const after = await street.csms.totals()
  expect(after.transactions - before.transactions).toBe(1)
  expect(after.energyWattHours - before.energyWattHours).toBe(2_500)
  socket.close()
})

test('what is not a call of OCPP is answered as Part 4 says, and the connection lives', async () => {
  const socket = await open(first.home.stationId, credentialsOf(first))
  const [kind, , code] = await call(socket, 'MakeCoffee', {})
  expect([kind, code]).toEqual([4, 'NotImplemented'])
  expect((await call(socket, 'BootNotification', { reason: 'Bored' }))[0]).toBe(4)
  expect((await call(socket, 'BootNotification', boot))[0]).toBe(3)
  socket.close()
})

test('without a certificate it is refused before the upgrade', async () => {
  await expect(open(first.home.stationId, {})).rejects.toThrow(
    /HTTP 401|certificate|socket|ECONNRESET/,
  )
})

test("with another station's certificate it is refused before the upgrade", async () => {
  await expect(open(second.home.stationId, credentialsOf(first))).rejects.toThrow('HTTP 403')
})

test('a station that nobody knows is refused before the upgrade, and nothing else changes', async () => {
  await expect(open('NOBODY-1', credentialsOf(first))).rejects.toThrow('HTTP 404')
})
