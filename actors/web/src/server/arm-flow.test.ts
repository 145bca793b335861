import {
  checkPreCommand,
  createArmKey,
  fromBase64,
  ownerEui,
  ownerKeyMac,
  signArm,
  signGuest,
  signHoursChoice,
  signRevocation,
  toBase64,
  type ArmKey,
} from '@interlock/arm'
import { armOf } from '@interlock/gbcs'
import { nodeCrypto } from '@interlock/host'
import { eui64, toHex } from '@interlock/kernel'
import * as seal from '@interlock/seal'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { handOverLimits } from './hand-overs.ts'
import { homes, movedClock, startTestWeb, Visitor, type TestWeb } from './web.fixture.ts'

let web: TestWeb
let move: (by: number) => Promise<void>
let now: () => number
beforeEach(async () => {
  const moved = movedClock()
  move = moved.move
  now = () => moved.clock.now()
  web = await startTestWeb({ deps: { wall: moved.clock, clock: moved.clock } })
})
afterEach(() => web.close())

async function person(url: string, name = 'driver'): Promise<Visitor> {
  const visitor = new Visitor(url)
  expect(await visitor.signIn(name)).toBe(204)
  return visitor
}

/** From the console to the arm page, as the browser goes. */
async function handOver(action: 'charge' | 'stop' = 'charge') {
  const street = await person(web.consoleUrl)
  const { body } = await street.post('/api/hand-overs', { station: 'acacia-12', action })
  const ticket = new URLSearchParams(new URL(`${body['url']}`).hash.slice(1)).get('ticket')
  const arm = new Visitor(web.armUrl)
  return { street, arm, ticket, id: `${body['id']}` }
}

async function preCommand(arm: Visitor, errand: string, key: ArmKey, hours = 2) {
  const from = Math.floor(now() / 1000) * 1000
  const until = from + hours * 3_600_000
  const spki = toBase64(key.spki)
  const answer = await arm.post('/api/pre-commands', { errand, spki, from, until })
  return { answer, from, until }
}

async function sign(made: Awaited<ReturnType<typeof preCommand>>, key: ArmKey, levelPercent = 100) {
  const { answer, from, until } = made
  const bytes = fromBase64(`${answer.body['bytes']}`)
  const target = homes[0]?.target ?? ''
  const asked = { originator: key.eui, target, controller: 1, levelPercent, from, until }
  const checked = checkPreCommand(bytes, asked)
  if (!checked.ok) throw new Error(checked.problems.join(' '))
  return signArm(checked.value, key)
}

test('the code that is served is the code that is named', async () => {
  const arm = await person(web.armUrl)
  const { body } = await arm.get('/api/session')
  const served = new Uint8Array(await (await fetch(`${web.armUrl}/arm.js`)).arrayBuffer())
  expect(body['moduleSha256']).toBe(toHex(nodeCrypto.sha256(served)))
})

test('with code that the register does not know nothing is made to sign', async () => {
  const { arm, ticket, id } = await handOver()
  await arm.post('/api/hand-over', { ticket })
  await arm.load()
  const key = await createArmKey()
  web.neighbours.state.registered = false
  const { answer } = await preCommand(arm, id, key)
  expect([answer.status, answer.body['reason']]).toEqual([409, 'ModuleUnregistered'])
  web.neighbours.state.registered = true
  expect((await preCommand(arm, id, key)).answer.status).toBe(201)
})

test('an errand goes from the console to the arm page and back as a trigger', async () => {
  const { street, arm, ticket, id } = await handOver()
  expect((await arm.post('/api/hand-over', { ticket })).body).toMatchObject({
    id,
    station: 'acacia-12',
    action: 'charge',
  })
  await arm.load()
  const key = await createArmKey()
  const made = await preCommand(arm, id, key)
  const signed = await sign(made, key)
  const sent = { id: made.answer.body['id'], bytes: toBase64(signed.bytes) }
  const delivered = await arm.post('/api/arms', sent)
  expect([delivered.status, delivered.body['digest']]).toEqual([201, signed.digest])
  const triggered = await street.post(`/api/hand-overs/${id}/trigger`)
  expect(triggered.body).toEqual({ place: '12 Acacia Avenue', action: 'charge' })
  expect(web.neighbours.asked.at(-1)).toEqual({
    name: 'trigger',
    station: 'acacia-12',
    body: { action: 'start', arm: signed.digest },
  })
  const read = armOf(web.neighbours.state.delivered[0] ?? new Uint8Array(), nodeCrypto)
  expect(read).toMatchObject({
    ok: true,
    value: { digest: signed.digest, use: 'onDemand', originator: key.eui, levelPercent: 100 },
  })
  // Done is done.
  expect((await street.post(`/api/hand-overs/${id}/trigger`)).status).toBe(410)
})

test('a stop is an arm with a ceiling of nought', async () => {
  const { street, arm, ticket, id } = await handOver('stop')
  await arm.post('/api/hand-over', { ticket })
  await arm.load()
  const key = await createArmKey()
  const made = await preCommand(arm, id, key)
  const signed = await sign(made, key, 0)
  await arm.post('/api/arms', { id: made.answer.body['id'], bytes: toBase64(signed.bytes) })
  await street.post(`/api/hand-overs/${id}/trigger`)
  expect(web.neighbours.asked.at(-1)).toMatchObject({ body: { action: 'stop' } })
})

test('the console cannot sign: without the arm page there is nothing to trigger with', async () => {
  const { street, id } = await handOver()
  const { status, body } = await street.post(`/api/hand-overs/${id}/trigger`)
  expect([status, body['reason']]).toEqual([409, 'NotSigned'])
  expect((await street.post('/api/pre-commands', {})).status).toBe(404)
})

test('a ticket works once and not for long', async () => {
  const first = await handOver()
  expect((await first.arm.post('/api/hand-over', { ticket: first.ticket })).status).toBe(200)
  const again = await new Visitor(web.armUrl).post('/api/hand-over', { ticket: first.ticket })
  expect([again.status, again.body['reason']]).toEqual([410, 'HandOverInvalid'])
  const second = await handOver()
  await move(handOverLimits.ticketMillis + 1)
  expect((await second.arm.post('/api/hand-over', { ticket: second.ticket })).status).toBe(410)
})

test('a ticket does not replace somebody else’s session', async () => {
  const { ticket } = await handOver()
  const neighbour = await person(web.armUrl, 'neighbour')
  const { status, body } = await neighbour.post('/api/hand-over', { ticket })
  expect([status, body['reason']]).toEqual([409, 'AnotherPerson'])
})

test('nobody acts on another person’s errand', async () => {
  const { id } = await handOver()
  const neighbour = await person(web.consoleUrl, 'neighbour')
  expect((await neighbour.post(`/api/hand-overs/${id}/trigger`)).status).toBe(410)
  const arm = await person(web.armUrl, 'neighbour')
  expect((await preCommand(arm, id, await createArmKey())).answer.status).toBe(410)
})

test('an errand is too old after a quarter of an hour', async () => {
  const { street, id } = await handOver()
  await move(handOverLimits.errandMillis + 1)
  expect((await street.post(`/api/hand-overs/${id}/trigger`)).body['reason']).toBe(
    'HandOverInvalid',
  )
})

test('a trigger that the charger refused may be sent again', async () => {
  const { street, arm, ticket, id } = await handOver()
  await arm.post('/api/hand-over', { ticket })
  await arm.load()
  const key = await createArmKey()
  const made = await preCommand(arm, id, key)
  const { bytes } = await sign(made, key)
  await arm.post('/api/arms', { id: made.answer.body['id'], bytes: toBase64(bytes) })
  web.neighbours.state.triggerAnswer = { status: 'Rejected', reasonCode: 'NotArmed' }
  const refused = await street.post(`/api/hand-overs/${id}/trigger`)
  expect(refused.body).toMatchObject({
    reason: 'StationRefused',
    detail: 'no arm for it arrived in time',
  })
  web.neighbours.state.triggerAnswer = { status: 'Accepted' }
  expect((await street.post(`/api/hand-overs/${id}/trigger`)).status).toBe(200)
})

test.each([
  ['other bytes', (bytes: Uint8Array) => bytes.map((byte, i) => (i === 10 ? byte ^ 1 : byte))],
  ['another signature', (bytes: Uint8Array) => bytes.map((byte, i) => (i > 120 ? byte ^ 1 : byte))],
  ['no signature', (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 65)],
  ['something after it', (bytes: Uint8Array) => new Uint8Array([...bytes, 0])],
])('an arm with %s goes nowhere', async (_what, change) => {
  const { arm, ticket, id } = await handOver()
  await arm.post('/api/hand-over', { ticket })
  await arm.load()
  const key = await createArmKey()
  const made = await preCommand(arm, id, key)
  const { bytes } = await sign(made, key)
  const sent = { id: made.answer.body['id'], bytes: toBase64(change(bytes)) }
  const { status, body } = await arm.post('/api/arms', sent)
  expect([status, body['reason']]).toEqual([400, 'ArmMismatch'])
  expect(web.neighbours.state.delivered).toEqual([])
})

test('what was shown more than ten minutes ago is shown again before it is signed', async () => {
  const { arm, ticket, id } = await handOver()
  await arm.post('/api/hand-over', { ticket })
  await arm.load()
  const key = await createArmKey()
  const made = await preCommand(arm, id, key)
  const { bytes } = await sign(made, key)
  await move(10 * 60_000 + 1)
  const sent = { id: made.answer.body['id'], bytes: toBase64(bytes) }
  expect((await arm.post('/api/arms', sent)).body['reason']).toBe('PreCommandExpired')
})

test.each([
  ['longer than an override may last', 13 * 3_600_000, 0],
  ['that ends before it starts', -1000, 0],
  ['tomorrow', 3_600_000, 24 * 3_600_000],
  ['in fractions of a second', 3_600_000, 1],
])('a window %s is refused', async (_what, length, later) => {
  const arm = await person(web.armUrl)
  const made = await arm.post('/api/errands', { station: 'acacia-12', action: 'charge' })
  const { spki } = await createArmKey()
  const from = Math.floor(now() / 1000) * 1000 + later
  const window = { from, until: Math.max(0, from + length) }
  const request = { errand: made.body['id'], spki: toBase64(spki), ...window }
  expect((await arm.post('/api/pre-commands', request)).body['reason']).toBe('BodyInvalid')
})

test('a key that is none is refused', async () => {
  const arm = await person(web.armUrl)
  const made = await arm.post('/api/errands', { station: 'acacia-12', action: 'charge' })
  const request = { errand: made.body['id'], spki: 'AAAA', from: 0, until: 1000 }
  expect((await arm.post('/api/pre-commands', request)).body).toMatchObject({
    reason: 'BodyInvalid',
    detail: 'spki is not a P-256 public key',
  })
})

const asRow = ({ name, body }: { name: string; body: unknown }) => [name, body]

test('one device revokes another: the charger gets the word as it was signed', async () => {
  const arm = await person(web.armUrl)
  const [key, lost] = [await createArmKey(), await createArmKey()]
  for (const { spki } of [key, lost])
    await arm.post('/api/owner-keys', { station: 'acacia-12', spki: toBase64(spki), mac: 'AAAA' })
  const list = async () => (await arm.get('/api/homes/acacia-12/owner-keys')).body['keys']
  expect(await list()).toEqual([toBase64(key.spki), toBase64(lost.spki)])
  const station = homes[0]?.stationEui ?? ''
  const signed = await signRevocation(toBase64(lost.spki), station, now(), key)
  const sent = { station: 'acacia-12', ...signed }
  expect((await arm.post('/api/owner-key-revocations', sent)).status).toBe(204)
  expect(await list()).toEqual([toBase64(key.spki)])
  expect(web.neighbours.asked.map(asRow).at(-1)).toEqual(['revokeOwnerKey', signed])
  const statement = seal.revocationStatement(eui64(station), lost.spki, signed.at)
  const verifier = nodeCrypto.publicKey(key.spki)
  if (verifier === undefined) throw new Error('no key')
  expect(nodeCrypto.verify(verifier, statement, fromBase64(signed.signature))).toBe(true)
})

test.each([
  ['no signature', { signature: undefined }, 'signature'],
  ['a key that is not base64', { spki: '%' }, 'spki'],
  ['a time in fractions', { at: 0.5 }, 'at'],
  ['something else beside it', { more: 1 }, ''],
])('a revocation with %s is refused, and nothing is sent', async (_what, change, where) => {
  const arm = await person(web.armUrl)
  const whole = { station: 'acacia-12', spki: 'AAAA', by: 'AAAA', signature: 'AAAA', at: 1 }
  const answer = await arm.post('/api/owner-key-revocations', { ...whole, ...change })
  expect([answer.status, answer.body['reason']]).toEqual([400, 'BodyInvalid'])
  expect(`${answer.body['detail']}`).toContain(where)
  expect(web.neighbours.asked).toEqual([])
})

test('nobody lists or revokes the keys of another person’s home', async () => {
  const neighbour = await person(web.armUrl, 'neighbour')
  const body = { station: 'acacia-12', spki: 'AAAA', by: 'AAAA', signature: 'AAAA', at: 1 }
  expect((await neighbour.get('/api/homes/acacia-12/owner-keys')).status).toBe(404)
  expect((await neighbour.post('/api/owner-key-revocations', body)).status).toBe(404)
  expect((await neighbour.get('/api/homes/nowhere/owner-keys')).status).toBe(404)
  expect(web.neighbours.asked).toEqual([])
})

test('an owner’s choice of hours reaches the charger as it was signed, and only for an own home', async () => {
  const [arm, neighbour] = [await person(web.armUrl), await person(web.armUrl, 'neighbour')]
  const key = await createArmKey()
  const station = homes[0]?.stationEui ?? ''
  const quiet = [{ weekdays: [1, 2], fromHour: 18, untilHour: 20 }]
  const signed = await signHoursChoice({ kind: 'changed', quiet }, station, now(), key)
  const sent = { station: 'acacia-12', ...signed }
  expect((await neighbour.post('/api/hours', sent)).status).toBe(404)
  expect((await neighbour.get('/api/homes/acacia-12/hours')).status).toBe(404)
  const wrong = { ...sent, choice: { kind: 'changed', quiet: [{ weekdays: [9] }] } }
  expect((await arm.post('/api/hours', wrong)).status).toBe(400)
  expect(web.neighbours.asked).toEqual([])
  expect((await arm.post('/api/hours', sent)).status).toBe(204)
  expect(web.neighbours.asked.map(asRow)).toEqual([['chooseHours', signed]])
  expect((await arm.get('/api/homes/acacia-12/hours')).body).toMatchObject({ state: 'waiting' })
  const statement = seal.hoursChoiceStatement(eui64(station), signed.choice, signed.at)
  const verifier = nodeCrypto.publicKey(key.spki)
  if (verifier === undefined) throw new Error('no key')
  expect(nodeCrypto.verify(verifier, statement, fromBase64(signed.signature))).toBe(true)
})

test('a guest reaches the charger as the owner signed it, and only for an own home', async () => {
  const [arm, neighbour] = [await person(web.armUrl), await person(web.armUrl, 'neighbour')]
  const key = await createArmKey()
  const station = homes[0]?.stationEui ?? ''
  const guest = { uid: '04A1B2C3', name: 'Zoë', wattHours: 5_000, until: now(), payer: null }
  const signed = await signGuest(guest, station, now(), key)
  const sent = { station: 'acacia-12', ...signed }
  expect((await neighbour.post('/api/guests', sent)).status).toBe(404)
  expect((await neighbour.get('/api/homes/acacia-12/guests')).status).toBe(404)
  const wrong = { ...sent, guest: { ...guest, wattHours: -1 } }
  expect((await arm.post('/api/guests', wrong)).status).toBe(400)
  expect(web.neighbours.asked).toEqual([])
  expect((await arm.post('/api/guests', sent)).status).toBe(204)
  expect(web.neighbours.asked.map(asRow)).toEqual([['allowGuest', signed]])
  expect((await arm.get('/api/homes/acacia-12/guests')).body).toMatchObject([{ guest }])
})

test('the arm module and the seal agree on the owner’s EUI-64 and on the enrolment proof', async () => {
  const { spki } = await createArmKey()
  const station = homes[0]?.stationEui ?? ''
  expect(await ownerEui(spki)).toBe(seal.ownerEui(spki, nodeCrypto))
  expect(await ownerKeyMac('ABCD2345', station, spki)).toEqual(
    new Uint8Array(seal.ownerKeyMac('ABCD2345', eui64(station), spki, nodeCrypto)),
  )
})
