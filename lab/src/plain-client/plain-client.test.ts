import { randomUUID } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket, type RawData } from 'ws'
import { vendorId } from '@interlock/contract'
import {
  readCard,
  readFreshNumber,
  toAdditionalInfo,
  type Card,
  type ChallengePurpose,
} from '@interlock/driver'
import { nodeCrypto, silentLog, temporaryDir } from '@interlock/host'
import { toBase64Url, toIso, utf8 } from '@interlock/kernel'
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
let card: Card
const world = createWorldClock(worldStart)
/** What a charger of ours says of a driver's agreement by card; nothing where it binds. */
let agreed: string | undefined
const agreement = { act: 'bindAgreement', text: 'Demand response with ACACIA' } as const

beforeAll(async () => {
  const { sessions } = makeDay(1, 2, {})
  street = await startStreet({ dir, seed: 1, sessions, world, log: silentLog, say: () => {} })
  const [one, two] = street.homes
  if (one === undefined || two === undefined) throw new Error('the street has two homes')
  ;[first, second] = [one, two]
  const held = street.cardAt(two.home)
  if (held === undefined) throw new Error('no driver with a card')
  card = held
  agreed = await two.station.hardware.agree(card, agreement)
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

/** What the card answers a reader that says to it whatever it likes, as the reader tells a CSMS of it. */
function answered(purpose: ChallengePurpose, fresh?: string): object {
  const { stationId: station } = second.home
  const nonce = toBase64Url(new Uint8Array(16))
  const at = world.now()
  const challenge = { station, at, nonce, purpose, ...(fresh !== undefined && { fresh }) }
  const read = readCard(card, challenge, nodeCrypto)
  if (!read.ok) throw new Error(read.reason)
  const additionalInfo = toAdditionalInfo('VERIFIED', read.value.proof)
  return { idToken: read.value.uid, type: 'ISO14443', additionalInfo }
}

test('a driver agrees by card; what a reader had answered ahead binds nobody in the very minute that it names', async () => {
  expect(agreed).toBeUndefined()
  const [socket, other] = await Promise.all(
    [second, first].map((home) => open(home.home.stationId, credentialsOf(home))),
  )
  if (socket === undefined || other === undefined) throw new Error('no connection')
  await Promise.all([socket, other].map((each) => call(each, 'BootNotification', boot)))
  const transfer = async (from: WebSocket, messageId: string, data?: object) => {
    const asked = { vendorId, messageId, ...(data !== undefined && { data }) }
    const [, , answer] = await call(from, 'DataTransfer', asked)
    return answer as { status: string; data?: object; statusInfo?: { reasonCode: string } }
  }
  const number = async (from: WebSocket) =>
    readFreshNumber((await transfer(from, 'FreshNumber')).data)
  const purpose = `agree:${toBase64Url(nodeCrypto.sha256(utf8(agreement.text)))}` as const
  // When it had the card nobody can tell: it has come to the minute that it named then.
  const agree = async (fresh?: string) => {
    const data = { ...agreement, idToken: answered(purpose, fresh) }
    const { status, statusInfo } = await transfer(socket, 'Agreement', data)
    return statusInfo?.reasonCode ?? status
  }
  expect(await agree()).toBe('FreshNumberMissing')
  expect(await agree('A'.repeat(36))).toBe('FreshNumberInvalid')
  expect(await agree(await number(other))).toBe('FreshNumberInvalid')
  expect(await agree(await number(socket))).toBe('Accepted')
  const charge = await call(socket, 'Authorize', { idToken: answered('charge') })
  expect(charge).toMatchObject([3, expect.anything(), { idTokenInfo: { status: 'Accepted' } }])
  for (const each of [socket, other]) each.close()
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
