import { readFileSync } from 'node:fs'
import {
  counterFrom,
  createCard,
  fromAdditionalInfo,
  issueFreshNumber,
  plainCard,
  readCard,
  signKeyStatement,
  verifyProof,
  type AdditionalInfo,
  type Card,
} from '@interlock/driver'
import { systemClock, temporaryDir, writeAtomic } from '@interlock/host'
import {
  fromBase64,
  fromHex,
  fromUtf8,
  instant,
  toBase64,
  toBase64Url,
  utf8,
  type Clock,
} from '@interlock/kernel'
import { testClock } from '@interlock/kernel/clock.fixture'
import { parseRecord } from '@interlock/ocmf'
import { expect, test } from 'vitest'
import { crypto, folderOf, register } from './fixture/parties.fixture.ts'
import { night } from './fixture/scene.fixture.ts'
import { battery, sessionScene, type SessionScene } from './fixture/session.fixture.ts'
import { until } from './fixture/until.fixture.ts'
import { openCardFolder, publicKeyOfCard } from './script/card-folder.ts'

const uid = '04A1B2C3D4E5F6'
const bytes = fromHex(uid) ?? new Uint8Array()
const contractId = 'GBINTC0012345X'
const key = crypto.ephemeralKey()
const cardOf = (last = 0, own = key): Card =>
  createCard({ uid: bytes, contractId, key: own }, counterFrom(last), crypto)

/** What the register says of the card, as the CSMS brings it. */
const said = (change: object = {}, by = register.key) =>
  signKeyStatement(
    {
      uid,
      contractId,
      issuer: 'GB*INT',
      status: 'active',
      key: toBase64(key.publicKey.spki),
      statedAt: night,
      until: night + 3_600_000,
      ...change,
    },
    by,
    crypto,
  )

const numbers = new Uint8Array(32).fill(7)
/** As the register gives it out, and the CSMS carries it. */
const given = (): object => ({
  number: issueFreshNumber({ operator: 'A', station: 'station-1' }, night, numbers, crypto),
})

/** What the card counts next. */
const countsOf = (card: Card): number | undefined => {
  const answered = readCard(card, { station: '', at: night, nonce: '', purpose: 'charge' }, crypto)
  return answered.ok ? answered.value.proof?.counter : undefined
}

async function scene(
  statement: () => object | undefined,
  number: () => unknown = given,
  wall: Clock = systemClock,
): Promise<SessionScene> {
  const chain = `${folderOf('chargingOrganisation', 'register')}/chain.pem`
  const opened = await sessionScene({
    wall,
    config: { driverRegister: chain },
    before(csms) {
      csms.answers['DataTransfer'] = async ({ messageId }) => {
        const data = messageId === 'FreshNumber' ? await number() : statement()
        return data === undefined ? { status: 'UnknownVendorId' } : { status: 'Accepted', data }
      }
    },
  })
  await until(() => opened.station.connected().csms, 'the connection')
  return opened
}
const infoOf = (payload: { readonly idToken?: unknown } | undefined) =>
  (payload?.idToken as { additionalInfo?: AdditionalInfo[] } | undefined)?.additionalInfo
const refusals = ({ data }: SessionScene): string[] =>
  readFileSync(`${data}/audit.jsonl`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; data: { reason?: string } })
    .flatMap(({ kind, data: { reason = '' } }) => (kind === 'TokenRefused' ? [reason] : []))

test('a card proves itself; the proof goes to the CSMS, and its worth into the signed readings', async () => {
  const { number: fresh } = given() as { number: string }
  const at = await scene(said)
  await at.setting('SampledDataCtrlr', 'SignReadings', 'true')
  await at.station.hardware.tap(cardOf())
  await until(() => at.csms.sent('Authorize').length === 1)
  const carried = fromAdditionalInfo(uid, infoOf(at.csms.sent('Authorize')[0]), 'station-1')
  expect(carried).toMatchObject({
    ok: true,
    value: { strength: 'VERIFIED', proof: { counter: 1, challenge: { at: night, fresh } } },
  })
  await at.settled()
  at.station.hardware.plugIn(battery)
  await at.told(1)
  const told = at.events().find(({ idToken }) => idToken !== undefined)
  expect(infoOf(told)).toEqual(infoOf(at.csms.sent('Authorize')[0]))
  const signed = JSON.stringify(at.events())
  const [, text] = /"signedMeterData":"([^"]+)"/.exec(signed) ?? []
  const record = parseRecord(fromUtf8(fromBase64(text ?? '') ?? new Uint8Array()))
  expect(record).toMatchObject({
    ok: true,
    value: { payload: { IS: true, IL: 'VERIFIED', IF: ['RFID_PSK'], ID: uid } },
  })
})

test('offline the register’s word counts until it ends; copies, clones and forgeries are refused', async () => {
  const at = await scene(said)
  const mine = cardOf(7)
  await at.station.hardware.tap(mine)
  await until(() => at.csms.sent('Authorize').length === 1)
  await at.settled()
  at.station.hardware.network(false)
  await until(() => !at.csms.connected())
  for (const shown of [plainCard(bytes), cardOf(3), cardOf(7, crypto.ephemeralKey())])
    await at.station.hardware.tap(shown)
  expect(refusals(at)).toEqual(['ProofMissing', 'ProofReplayed', 'ProofInvalid'])
  // Too many for one reader; after a while it listens again.
  for (let count = 0; count < 8; count++) await at.station.hardware.tap(plainCard(bytes))
  expect(refusals(at).at(-1)).toBe('ReaderLocked')
  await at.clock.advance(16 * 60_000)
  await at.station.hardware.tap(plainCard(bytes))
  expect(refusals(at).at(-1)).toBe('ProofMissing')
  // What was said has ended: the number is one of which nothing is known.
  await at.clock.advance(3_600_000)
  const before = refusals(at).length
  await at.station.hardware.tap(plainCard(bytes))
  expect(refusals(at).slice(before)).not.toContain('ProofMissing')
})

test('a number agrees to nothing; a card agrees to the very text that was shown', async () => {
  let statement: object | undefined = said({ key: null })
  const at = await scene(() => statement)
  const agreement = { act: 'bindAgreement', text: 'Demand response with EXAMPLE' } as const
  const agree = (card: Card) => at.station.hardware.agree(card, agreement)
  expect(await agree(plainCard(bytes))).toBe('IdentityHearsay')
  const sent = () =>
    at.csms.sent('DataTransfer').filter(({ messageId }) => messageId === 'Agreement')
  expect(sent()).toEqual([])
  statement = said({ statedAt: night + 600_000 })
  await at.clock.advance(600_000)
  expect(await agree(cardOf())).toBeUndefined()
  const [{ data } = {}] = sent()
  const { idToken, ...told } = data as { idToken: { additionalInfo: AdditionalInfo[] } }
  expect(told).toEqual(agreement)
  const purpose = `agree:${toBase64Url(crypto.sha256(utf8(agreement.text)))}` as const
  const carried = fromAdditionalInfo(uid, idToken.additionalInfo, 'station-1', purpose)
  const proof = carried.ok ? carried.value.proof : undefined
  if (proof === undefined) throw new Error('no proof')
  const at10 = { station: 'station-1', at: proof.challenge.at }
  expect(verifyProof(proof, key.publicKey, { ...at10, purpose }, crypto).ok).toBe(true)
  // Nobody can make it the driver's word for another text, or a charge.
  for (const other of ['agree:x', 'charge'] as const) {
    const moved = { ...proof, challenge: { ...proof.challenge, purpose: other } }
    const outcome = verifyProof(moved, key.publicKey, { ...at10, purpose: other }, crypto)
    expect(outcome).toMatchObject({ reason: 'ProofInvalid' })
  }
  at.station.hardware.network(false)
  await until(() => !at.station.connected().csms)
  const card = cardOf(5)
  expect(await agree(card)).toBe('FreshNumberMissing')
  // It has not answered: what nobody would take as the driver's word costs no response.
  expect(countsOf(card)).toBe(6)
})

test('where no fresh number comes in time the card answers without, once, and charges; it agrees to nothing', async () => {
  const wall = testClock(systemClock.now())
  // The register hangs, and the CSMS with it.
  let number: () => unknown = () => new Promise(() => {})
  const at = await scene(said, () => number(), wall)
  const card = cardOf()
  const tapped = at.station.hardware.tap(card)
  const asked = () =>
    at.csms.sent('DataTransfer').filter(({ messageId }) => messageId === 'FreshNumber')
  await until(() => asked().length === 1, 'the question')
  await wall.advance(2_000)
  await tapped
  await until(() => at.csms.sent('Authorize').length === 1)
  const carried = fromAdditionalInfo(uid, infoOf(at.csms.sent('Authorize')[0]), 'station-1')
  const { challenge, counter } = (carried.ok ? carried.value.proof : undefined) ?? {}
  expect([counter, challenge?.fresh, challenge?.at]).toEqual([1, undefined, night])
  // A CSMS of before knows no such message; another says what is no number.
  const agreement = { act: 'bindAgreement', text: 'Demand response with EXAMPLE' } as const
  for (const data of [undefined, { number: 'no number' }]) {
    number = () => data
    expect(await at.station.hardware.agree(card, agreement)).toBe('FreshNumberMissing')
  }
  expect(countsOf(card)).toBe(2)
})

test('what is not from the register is not believed, and a CSMS without it leaves a card hearsay', async () => {
  let statement: object | undefined = said({}, crypto.ephemeralKey())
  const at = await scene(() => statement)
  await at.station.hardware.tap(cardOf())
  await until(() => at.csms.sent('Authorize').length === 1)
  const strengths = () =>
    at.csms.sent('Authorize').map((payload) => {
      const carried = fromAdditionalInfo(uid, infoOf(payload), 'station-1')
      return carried.ok ? [carried.value.strength, carried.value.proof !== undefined] : carried
    })
  // Its response goes along all the same, for whoever has the key.
  expect(strengths()).toEqual([['HEARSAY', true]])
  at.station.hardware.present({ idToken: uid, type: 'ISO14443' })
  await at.settled()
  statement = said({ status: 'lost', statedAt: instant(night + 1) })
  await at.station.hardware.tap(cardOf())
  expect(refusals(at)).toEqual(['TokenLost'])
})

test('a card in a folder keeps its key and its count', () => {
  const folder = temporaryDir('interlock-card')
  writeAtomic(`${folder}/card.json`, JSON.stringify({ uid, contractId }))
  const select = Uint8Array.of(0, 0xa4, 4, 0, 7, 0xf0, 0x49, 0x4e, 0x54, 0x4c, 0x4b, 1, 0)
  const ask = Uint8Array.of(0, 0x88, 0, 0, 32, ...new Uint8Array(32), 0)
  const counts = [1, 2].map(() => {
    const card = openCardFolder(folder, crypto)
    card.transmit(select)
    const [, , , count] = card.transmit(ask)
    card.close()
    return count
  })
  expect(counts).toEqual([1, 2])
  expect(publicKeyOfCard(folder)).toBe(publicKeyOfCard(folder))
  writeAtomic(`${folder}/card.json`, JSON.stringify({ uid }))
  expect(publicKeyOfCard(folder)).toBeNull()
  const number = openCardFolder(folder, crypto)
  expect([...number.transmit(select)]).toEqual([0x6a, 0x82])
  writeAtomic(`${folder}/card.json`, '{}')
  expect(() => openCardFolder(folder, crypto)).toThrow('not the contents of a card')
})
