import { concat, instant, toBase64Url, utf8 } from '@interlock/kernel'
import { describe, expect, test } from 'vitest'
import { fromAdditionalInfo, toAdditionalInfo } from './additional-info.ts'
import {
  apduBytes,
  applicationId,
  instructions,
  parseAnswer,
  parseApdu,
  statusWords,
} from './apdu.ts'
import { counterFrom, counterMax, createCard, plainCard, uidText, type Card } from './card.ts'
import {
  aliceCard,
  challenge,
  contractId,
  crypto,
  night,
  register,
  signed,
  statement,
  station,
  uidBytes,
} from './cards.fixture.ts'
import { readFreshNumber } from './fresh-number.ts'
import { identify } from './identify.ts'
import {
  heldStatement,
  holdStatement,
  openKeyStatement,
  readKeyStatement,
  statementsHeldMax,
  type HeldStatements,
} from './key-statement.ts'
import { readCard } from './read-card.ts'
import { driverRefusals, driverRefusalWords } from './refusals.ts'
import { demandStrength } from './strength.ts'

const expected = { station, at: night, purpose: 'charge' } as const
const command = (ins: number, p1 = 0, p2 = 0, data: Uint8Array = new Uint8Array()): Uint8Array =>
  apduBytes({ cla: 0, ins, p1, p2, data, expects: true })
const select = command(instructions.select, 0x04, 0, applicationId)
const statusOf = (card: Card, bytes: Uint8Array): number | undefined =>
  parseAnswer(card.transmit(bytes))?.status

describe('a card', () => {
  const noKey = (): Card => createCard({ uid: uidBytes, contractId }, counterFrom(0), crypto)
  const spent = (): Card => aliceCard(counterFrom(counterMax))
  const ask = command(instructions.internalAuthenticate, 0, 0, new Uint8Array(32))

  test.each<[string, Card, readonly Uint8Array[], number]>([
    ['selects its application', aliceCard(), [select], statusWords.ok],
    ['does not know another', aliceCard(), [command(0xa4, 4, 0, utf8('x'))], 0x6a82],
    ['selects by name alone', aliceCard(), [command(0xa4, 0, 0, applicationId)], 0x6a86],
    ['says nothing before that', aliceCard(), [ask], statusWords.securityNotSatisfied],
    ['says no data before that', aliceCard(), [command(0xca, 0x7f, 0x49)], 0x6982],
    ['says its key', aliceCard(), [select, command(0xca, 0x7f, 0x49)], statusWords.ok],
    ['has no other data', aliceCard(), [select, command(0xca, 0x12, 0x34)], 0x6a88],
    ['has no key before it is made', noKey(), [select, ask], statusWords.conditionsNotSatisfied],
    ['counts to its end', spent(), [select, ask], statusWords.conditionsNotSatisfied],
    ['answers a whole challenge', aliceCard(), [select, ask], statusWords.ok],
    ['refuses a short one', aliceCard(), [select, command(0x88, 0, 0, utf8('x'))], 0x6700],
    ['refuses other parameters', aliceCard(), [select, command(0x88, 1, 0, utf8('x'))], 0x6a86],
    ['knows three instructions', aliceCard(), [select, command(0xb0)], 0x6d00],
    ['knows one class', aliceCard(), [Uint8Array.of(0x80, 0xca, 0, 0, 0)], 0x6e00],
    ['refuses a command cut short', aliceCard(), [Uint8Array.of(0, 0x88, 0)], 0x6700],
    ['refuses a length that lies', aliceCard(), [Uint8Array.of(0, 0x88, 0, 0, 9, 1)], 0x6700],
    ['forgets what was selected', aliceCard(), [select, command(0xa4, 4, 0), ask], 0x6982],
  ])('%s', (_what, card, commands, status) => {
    expect(commands.map((each) => statusOf(card, each)).at(-1)).toBe(status)
  })

  test('a command is read as it was written', () => {
    for (const data of [new Uint8Array(), utf8('data')])
      for (const expects of [true, false]) {
        const apdu = { cla: 0, ins: 0x88, p1: 1, p2: 2, data, expects }
        expect(parseApdu(apduBytes(apdu))).toEqual(apdu)
      }
  })
})

describe('a reader', () => {
  test('reads contract, key and a response', () => {
    const asked = challenge()
    const read = readCard(aliceCard(), asked, crypto)
    expect(read).toMatchObject({
      ok: true,
      value: { uid: uidText(uidBytes), contractId, proof: { challenge: asked, counter: 1 } },
    })
  })

  test('takes a card with a number for what it is', () => {
    expect(readCard(plainCard(uidBytes), challenge(), crypto)).toEqual({
      ok: true,
      value: { uid: '04A1B2C3D4E5F6' },
    })
  })

  const spoiled = (at: number, answer: Uint8Array): Card => {
    const card = aliceCard()
    let asked = 0
    return { uid: uidBytes, transmit: (bytes) => (asked++ === at ? answer : card.transmit(bytes)) }
  }
  test.each<[string, Card]>([
    ['no answer', spoiled(0, new Uint8Array())],
    ['an answer too long', spoiled(1, new Uint8Array(259))],
    ['a contract that is no text', spoiled(1, Uint8Array.of(0xff, 0x90, 0x00))],
    ['a contract with a line break', spoiled(1, concat(utf8('GB\n'), Uint8Array.of(0x90, 0)))],
    ['no key', spoiled(2, Uint8Array.of(0x6a, 0x88))],
    ['a short response', spoiled(3, Uint8Array.of(1, 2, 3, 0x90, 0x00))],
    ['a refusal', spoiled(3, Uint8Array.of(0x69, 0x85))],
    ['a number of three bytes', { ...aliceCard(), uid: uidBytes.subarray(0, 3) }],
  ])('refuses %s', (_what, card) => {
    expect(readCard(card, challenge(), crypto)).toMatchObject({ reason: 'CardUnreadable' })
  })
})

describe('what a token is worth', () => {
  const shown = () => {
    const read = readCard(aliceCard(), challenge(), crypto)
    if (!read.ok) throw new Error(read.reason)
    return read.value
  }

  test('a response by the registered key is verified', () => {
    expect(identify(shown(), statement(), expected, undefined, crypto)).toMatchObject({
      ok: true,
      value: { strength: 'VERIFIED', flags: ['RFID_PSK'], contractId, issuer: 'GB*INT' },
    })
  })

  test.each([
    ['nobody knows', undefined],
    ['has no key', statement({ key: null })],
  ])('a number that %s is hearsay', (_what, known) => {
    const plain = { uid: '04A1B2C3D4E5F6' }
    expect(identify(plain, known, expected, undefined, crypto)).toMatchObject({
      ok: true,
      value: { strength: 'HEARSAY', flags: ['RFID_PLAIN'] },
    })
  })

  test.each([
    ['suspended', 'TokenSuspended'],
    ['lost', 'TokenLost'],
    ['expired', 'TokenExpired'],
  ] as const)('a token that is %s does not count', (status, reason) => {
    const outcome = identify(shown(), statement({ status }), expected, undefined, crypto)
    expect(outcome).toMatchObject({ ok: false, reason })
  })

  test('hearsay starts a charge; it binds no agreement and changes no provider', () => {
    expect(demandStrength('startCharge', 'HEARSAY').ok).toBe(true)
    expect(demandStrength('startCharge', 'NONE')).toMatchObject({ reason: 'IdentityHearsay' })
    for (const act of ['bindAgreement', 'changeProvider'] as const) {
      expect(demandStrength(act, 'HEARSAY')).toMatchObject({ reason: 'IdentityHearsay' })
      expect(demandStrength(act, 'VERIFIED').ok).toBe(true)
    }
  })

  test('a proof survives the pieces that OCPP 2.0.1 has room for', () => {
    const { uid, proof } = shown()
    const infos = toAdditionalInfo('VERIFIED', proof)
    for (const { additionalIdToken, type } of infos) {
      expect(additionalIdToken.length).toBeLessThanOrEqual(36)
      expect(type.length).toBeLessThanOrEqual(50)
    }
    const others = [{ type: 'com.other', additionalIdToken: 'x' }]
    expect(fromAdditionalInfo(uid, [...others, ...infos], station)).toEqual({
      ok: true,
      value: { strength: 'VERIFIED', proof },
    })
    expect(fromAdditionalInfo(uid, undefined, station)).toEqual({
      ok: true,
      value: { strength: 'HEARSAY' },
    })
    expect(fromAdditionalInfo(uid, toAdditionalInfo('HEARSAY', undefined), station).ok).toBe(true)
    for (const [index, { type }] of infos.entries()) {
      if (type.endsWith('strength')) continue
      expect(fromAdditionalInfo(uid, infos.toSpliced(index, 1), station).ok).toBe(false)
      const twice = [...infos, { type, additionalIdToken: 'x' }]
      expect(fromAdditionalInfo(uid, twice, station).ok).toBe(false)
    }
  })

  test('a fresh number goes along with its proof, in one piece, or the proof cannot be read', () => {
    const fresh = 'N'.repeat(36)
    const read = readCard(aliceCard(), challenge({ fresh }), crypto)
    if (!read.ok) throw new Error(read.reason)
    const { uid, proof } = read.value
    const infos = toAdditionalInfo('VERIFIED', proof)
    const at = infos.findIndex(({ type }) => type.endsWith('.fresh'))
    expect(infos[at]?.additionalIdToken).toBe(fresh)
    expect(fromAdditionalInfo(uid, infos, station)).toMatchObject({ ok: true, value: { proof } })
    const spoiled = { type: 'interlock.driver.fresh', additionalIdToken: 'N'.repeat(35) }
    expect(fromAdditionalInfo(uid, infos.toSpliced(at, 1, spoiled), station)).toMatchObject({
      reason: 'ProofMalformed',
    })
    expect(readFreshNumber({ number: fresh })).toBe(fresh)
    for (const other of [undefined, fresh, { number: 7 }, { number: `${fresh}N` }])
      expect(readFreshNumber(other)).toBeUndefined()
    // Whoever takes it out has another challenge.
    const without = fromAdditionalInfo(uid, infos.toSpliced(at, 1), station)
    if (!without.ok || without.value.proof === undefined) throw new Error('no proof')
    const shown = { uid, proof: without.value.proof }
    expect(identify(shown, statement(), expected, undefined, crypto)).toMatchObject({
      reason: 'ProofInvalid',
    })
  })

  test('every reason completes a sentence', () => {
    for (const reason of Object.keys(driverRefusals) as (keyof typeof driverRefusals)[])
      expect(driverRefusalWords(reason)).toMatch(/^[a-z].*[^.]$/)
  })
})

describe('what the register says of a key', () => {
  test('counts while it is in force, whoever carried it', () => {
    const carried = readKeyStatement(JSON.parse(JSON.stringify(signed())))
    if (carried === undefined) throw new Error('unreadable')
    const open = (at: number) => openKeyStatement(carried, register.publicKey, instant(at), crypto)
    expect(open(night)).toEqual({ ok: true, value: statement() })
    expect(open(statement().until)).toMatchObject({ reason: 'KeyStatementExpired' })
  })

  test('is refused from anybody else, or with one word changed', () => {
    const other = crypto.ephemeralKey().publicKey
    expect(openKeyStatement(signed(), other, night, crypto)).toMatchObject({
      reason: 'KeyStatementForged',
    })
    const changed = { ...signed({ status: 'lost' }), statement: statement() }
    expect(openKeyStatement(changed, register.publicKey, night, crypto)).toMatchObject({
      reason: 'KeyStatementForged',
    })
    expect(readKeyStatement({ ...signed(), more: 1 })).toBeUndefined()
    expect(readKeyStatement({ ...signed(), statement: { uid: 'x' } })).toBeUndefined()
  })

  test('is kept, the latest of each token, until it runs out', () => {
    const first = holdStatement([], signed())
    if (!first.ok) throw new Error(first.reason)
    const lost = signed({ status: 'lost', statedAt: night })
    const second = holdStatement(first.value, lost)
    if (!second.ok) throw new Error(second.reason)
    expect(second.value).toEqual([lost])
    expect(holdStatement(second.value, signed())).toMatchObject({ reason: 'KeyStatementOlder' })
    expect(heldStatement(second.value, '04A1B2C3D4E5F6', night)?.status).toBe('lost')
    expect(
      heldStatement(second.value, '04A1B2C3D4E5F6', instant(statement().until)),
    ).toBeUndefined()
  })

  test('takes the place of the oldest when there are too many', () => {
    let held: HeldStatements = []
    for (let index = 0; index <= statementsHeldMax; index++) {
      const uid = index.toString(16).toUpperCase().padStart(8, '0')
      const next = holdStatement(held, { statement: statement({ uid }), signature: '' })
      if (next.ok) held = next.value
    }
    expect(held).toHaveLength(statementsHeldMax)
    expect(heldStatement(held, '00000000', night)).toBeUndefined()
  })
})

test('a response names its challenge: another station, moment, nonce or purpose is another', () => {
  const one = challenge()
  const bytes = (change: object): string => {
    const read = readCard(aliceCard(), { ...one, ...change }, crypto)
    return read.ok ? (read.value.proof?.signature ?? '') : ''
  }
  const key = statement()
  const accepts = (proofOf: object): boolean => {
    const proof = { uid: key.uid, challenge: one, counter: 1, signature: bytes(proofOf) }
    return identify({ uid: key.uid, proof }, key, expected, undefined, crypto).ok
  }
  expect(accepts({})).toBe(true)
  expect(accepts({ station: 'STATION-2' })).toBe(false)
  expect(accepts({ at: night + 1 })).toBe(false)
  expect(accepts({ nonce: toBase64Url(new Uint8Array(16)) })).toBe(false)
  expect(accepts({ purpose: 'agree:x' })).toBe(false)
})
