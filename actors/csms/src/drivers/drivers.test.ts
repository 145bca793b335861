import {
  checkFreshNumber,
  counterFrom,
  createCard,
  fromAdditionalInfo,
  issueFreshNumber,
  readCard,
  toAdditionalInfo,
  verifyProof,
  type DriverRefusal,
  type Strength,
} from '@interlock/driver'
import { nodeCrypto as crypto, silentLog } from '@interlock/host'
import {
  Fault,
  fromHex,
  instant,
  ok,
  refused,
  stationId,
  toIso,
  unobserved,
  type Outcome,
} from '@interlock/kernel'
import type { IdTokenInfoType, IdTokenType } from '@interlock/ocpp'
import { describe, expect, test } from 'vitest'
import type { Context } from '../context.ts'
import { acceptedTokens } from '../core/accepted-tokens.ts'
import { misusedCards } from '../core/misused-cards.ts'
import { infoFor } from '../ocpp/transaction-event.ts'
import { purposeOf, takeAgreement } from './agreements.ts'
import type { DriverRegister, Sighting } from './driver-register.ts'
import { judgeDriver, lateOf, reportEnd, reportLater } from './judge-driver.ts'

const station = stationId('CS-1')
const now = instant(Date.parse('2026-01-12T20:00:00Z'))
const uid = '04A1B2C3D4E5F6'
const key = crypto.ephemeralKey()
const card = createCard(
  { uid: fromHex(uid) ?? new Uint8Array(), contractId: 'GBINTC0012345X', key },
  counterFrom(0),
  crypto,
)
const text = 'Demand response with EXAMPLE'

const freshKey = new Uint8Array(32).fill(7)
const operator = 'A'
const numberAt = (at: typeof now): string =>
  issueFreshNumber({ operator, station }, at, freshKey, crypto)

/** @param fresh what the register gave out; none for `null` */
function tapped(
  purpose: 'charge' | `agree:${string}` = 'charge',
  at = now,
  fresh: string | null = numberAt(at),
) {
  const nonce = 'A'.repeat(22)
  const challenge = { station, at, nonce, purpose, ...(fresh !== null && { fresh }) }
  const read = readCard(card, challenge, crypto)
  if (!read.ok) throw new Error(read.reason)
  const [first, ...others] = toAdditionalInfo('VERIFIED', read.value.proof)
  if (first === undefined) throw new Error('nothing')
  return { idToken: uid, type: 'ISO14443' as const, additionalInfo: [first, ...others] as const }
}
const plain = { idToken: uid, type: 'ISO14443' as const }

/** A CSMS with a register that says that of every card; `undefined`: it does not answer. */
function csms(says: Outcome<Strength, DriverRefusal> | undefined) {
  const [seen, ended, audited, facts] = [[], [], [], []] as [
    Sighting[],
    string[],
    string[],
    unknown[],
  ]
  const away = () => Promise.reject(new Fault('PeerUnavailable', 'away'))
  const drivers: DriverRegister = {
    statement: () => (says === undefined ? away() : Promise.resolve(undefined)),
    freshNumber: (_, at) => (says === undefined ? away() : Promise.resolve(ok(numberAt(at)))),
    see: (sighting) => {
      seen.push(sighting)
      return says === undefined ? away() : Promise.resolve(says)
    },
    end: (...end) => Promise.resolve(void ended.push(end.join(' '))),
    findings: () => Promise.resolve([]),
  }
  const context = {
    drivers,
    misused: misusedCards(),
    deps: { clock: { now: () => now }, log: silentLog, activity: unobserved, crypto },
    audit: { record: (kind: string, { reason = '' }) => void audited.push(`${kind} ${reason}`) },
    known: {
      put: (all: readonly unknown[]) => Promise.resolve(void facts.push(...all)),
      find: () => Promise.resolve(undefined),
    },
  } as unknown as Context
  return { context, seen, ended, audited, facts }
}
const known = (status: IdTokenInfoType['status'], isOperators = status !== 'Unknown') => ({
  info: { status },
  isOperators,
})
const status = async (
  says: Parameters<typeof csms>[0],
  own: IdTokenInfoType['status'],
  token: Parameters<typeof judgeDriver>[2] = plain,
) => (await judgeDriver(csms(says).context, station, token, known(own))).status

describe('what the register adds to the word of this CSMS', () => {
  test('a token of another’s may charge where its register says so; one of ours needs no register', async () => {
    expect(await status(ok('HEARSAY'), 'Unknown')).toBe('Accepted')
    expect(await status(ok('VERIFIED'), 'Blocked')).toBe('Blocked')
    expect(await status(refused('TokenUnknown'), 'Accepted')).toBe('Accepted')
    expect(await status(refused('TokenUnknown'), 'Unknown')).toBe('Unknown')
  })

  test.each<[DriverRefusal, IdTokenInfoType['status']]>([
    ['TokenLost', 'Blocked'],
    ['TokenLocked', 'Blocked'],
    ['TokenExpired', 'Expired'],
    ['TokenElsewhere', 'ConcurrentTx'],
    ['ProofMissing', 'Invalid'],
    ['ProofReplayed', 'Invalid'],
  ])('%s is refused, whoever knows the token', async (reason, told) => {
    expect(await status(refused(reason), 'Accepted')).toBe(told)
  })

  test('while the register is away our own word stands', async () => {
    expect(await status(undefined, 'Accepted')).toBe('Accepted')
    expect(await status(undefined, 'Unknown')).toBe('Unknown')
  })

  test('it is told what the card answered, of cards alone; half a proof is none', async () => {
    const at = csms(ok('VERIFIED'))
    const judge = (token: Parameters<typeof judgeDriver>[2]) =>
      judgeDriver(at.context, station, token, known('Accepted'))
    await judge({ idToken: '1234', type: 'KeyCode' })
    // A roamer whom a provider let in is nobody that the operator knows.
    await judgeDriver(at.context, station, plain, known('Accepted', false))
    expect(at.seen.splice(0)).toEqual([{ uid, station, at: now }])
    const token = tapped()
    await judge({ ...token, additionalInfo: [...token.additionalInfo] })
    expect(at.seen).toMatchObject([{ uid, station, at: now, proof: { uid }, isOperators: true }])
    const [first, second] = token.additionalInfo
    const half = await judge({ ...plain, additionalInfo: second ? [first, second] : [first] })
    expect([half.status, at.seen.length]).toEqual(['Invalid', 1])
    expect(at.audited).toEqual(['DriverRefused ProofMalformed'])
  })

  test('what began offline is told afterwards, and each end', async () => {
    const at = csms(ok('VERIFIED'))
    const token = tapped()
    const event = {
      eventType: 'Started' as const,
      timestamp: '2026-01-12T20:00:10Z',
      triggerReason: 'Authorized' as const,
      seqNo: 0,
      transactionInfo: { transactionId: 'T' },
      idToken: {
        ...token,
        additionalInfo: [token.additionalInfo[0], ...token.additionalInfo.slice(1)],
      },
    } as Parameters<typeof reportLater>[2]
    reportLater(at.context, station, event)
    reportLater(at.context, station, { ...event, offline: true })
    reportEnd(at.context, station, `ISO14443/${uid.toLowerCase()}`)
    reportEnd(at.context, station, 'KeyCode/1234')
    reportEnd(at.context, station, undefined)
    expect(at.seen).toMatchObject([
      { at: now, isLate: true, proof: { counter: expect.any(Number) } },
    ])
    expect(at.ended).toEqual([`${uid} ${station}`])
  })
})

test('whom the register let in at Authorize it lets in at the event too, and is not asked again', async () => {
  const at = csms(ok('VERIFIED'))
  const context = {
    ...at.context,
    views: new Map([[station, { running: new Map([['T', {}]]), record: { idTokens: [] } }]]),
    tokens: { find: () => undefined },
    accepted: acceptedTokens(),
    hooks: { admitDriver: () => Promise.resolve(undefined) },
  } as unknown as Context
  const event = {
    eventType: 'Started',
    timestamp: '2026-01-12T20:00:10Z',
    triggerReason: 'Authorized',
    seqNo: 0,
    transactionInfo: { transactionId: 'T' },
  } as const
  const sender = { stationId: station } as Parameters<typeof infoFor>[1]
  expect(await infoFor(context, sender, event, plain)).toEqual({ status: 'Accepted' })
  // What is told while the station is online is of now.
  expect(at.seen).toEqual([{ uid, station, at: now }])
  expect(await infoFor(context, sender, event, plain)).toMatchObject({ status: 'Accepted' })
  expect(at.seen).toHaveLength(1)
  expect(at.facts).toMatchObject([{ kind: 'acceptedTokens', key: 'T' }])
})

describe('attack: a card visits a bad reader once, and what it answered is kept', () => {
  const days = (count: number) => instant(now + count * 86_400_000)
  const expected = (at: typeof now, purpose: 'charge' | `agree:${string}`) => ({
    station,
    at,
    purpose,
  })
  /** Judges as the register does; `asks` for no number: one of before, by the moment that the reader names. */
  const judging = (asks = true) => {
    const at = csms(ok('VERIFIED'))
    const judge = ({ at: seenAt, proof, isLate }: Sighting): Outcome<Strength, DriverRefusal> => {
      if (proof === undefined) return refused('ProofMissing')
      const { purpose, fresh, at: named } = proof.challenge
      const isNumbered = isLate !== true && fresh !== undefined
      const moment = isNumbered ? named : seenAt
      const verdict = verifyProof(proof, key.publicKey, expected(moment, purpose), crypto)
      if (!verdict.ok) return verdict
      if (!isNumbered) return ok(isLate === true || asks ? 'HEARSAY' : 'VERIFIED')
      const given = checkFreshNumber(fresh, { operator, station }, now, freshKey, crypto)
      return given.ok ? ok('VERIFIED') : given
    }
    const see: DriverRegister['see'] = (sighting) => Promise.resolve(judge(sighting))
    return { ...at.context, drivers: { ...at.context.drivers, see } } as unknown as Context
  }

  test.each([
    [-6, 'FreshNumberOld'],
    [0, 'Accepted'],
    [30, 'FreshNumberOld'],
  ])('an agreement by a response of %i days from now: %s', async (count, said) => {
    const idToken = tapped(purposeOf(text, crypto), days(count))
    const data = { act: 'changeProvider', text, idToken }
    const { status: bound, statusInfo } = await takeAgreement(judging(), station, data)
    expect(statusInfo?.reasonCode ?? bound).toBe(said)
    // Judged by its own time, as it was kept, it would bind.
    const carried = fromAdditionalInfo(
      uid,
      idToken.additionalInfo,
      station,
      purposeOf(text, crypto),
    )
    if (!carried.ok || carried.value.proof === undefined) throw new Error('no proof')
    const own = expected(days(count), purposeOf(text, crypto))
    expect(verifyProof(carried.value.proof, key.publicKey, own, crypto).ok).toBe(true)
  })

  test('dated ahead and played in exactly that minute it binds nothing, also where the register would have it so', async () => {
    const purpose = purposeOf(text, crypto)
    const anHourAgo = instant(now - 3_600_000)
    const agree = async (fresh: string | null, asks?: boolean) => {
      const data = { act: 'changeProvider', text, idToken: tapped(purpose, now, fresh) }
      const { status: bound, statusInfo } = await takeAgreement(judging(asks), station, data)
      return statusInfo?.reasonCode ?? bound
    }
    expect(await agree(null)).toBe('FreshNumberMissing')
    expect(await agree(null, false)).toBe('FreshNumberMissing')
    expect(await agree(numberAt(anHourAgo))).toBe('FreshNumberOld')
    expect(await agree(numberAt(now))).toBe('Accepted')
    // A register that asks for no number says of the same that it is verified: with that it would bind.
    const kept = tapped(purpose, now, null)
    const carried = fromAdditionalInfo(uid, kept.additionalInfo, station, purpose)
    if (!carried.ok || carried.value.proof === undefined) throw new Error('no proof')
    const { proof } = carried.value
    const says = await judging(false).drivers?.see({ uid, station, at: now, proof })
    expect(says).toEqual(ok('VERIFIED'))
    // It charges, as a number does.
    const charge = tapped('charge', now, null)
    const shown = { ...charge, additionalInfo: [...charge.additionalInfo] } as IdTokenType
    const info = await judgeDriver(judging(), station, shown, known('Unknown'))
    expect(info.status).toBe('Accepted')
  })

  test('a charge by one is refused online; a station that was offline says so, and not of a time to come', async () => {
    const charge = async (count: number, offline: boolean) => {
      const token = tapped('charge', days(count))
      const shown = { ...token, additionalInfo: [...token.additionalInfo] } as IdTokenType
      const late = lateOf({ offline, timestamp: toIso(now) }, now)
      return (await judgeDriver(judging(), station, shown, known('Unknown'), late)).status
    }
    const said = await Promise.all([-6, 30].map((count) => charge(count, false)))
    expect(said).toEqual(['Invalid', 'Invalid'])
    expect(await charge(0, false)).toBe('Accepted')
    expect(await charge(-6, true)).toBe('Accepted')
    expect(await charge(30, true)).toBe('Invalid')
  })
})

describe('agreements', () => {
  const agree = async (
    says: Parameters<typeof csms>[0],
    change: object = {},
    at = csms(says),
  ): Promise<string> => {
    const idToken = tapped(purposeOf(text, crypto))
    const data = { act: 'bindAgreement', text, idToken, ...change }
    const answer = await takeAgreement(at.context, station, data)
    return answer.statusInfo?.reasonCode ?? answer.status
  }

  test('a proof for this text binds, and is kept with it', async () => {
    const at = csms(ok('VERIFIED'))
    expect(await agree(undefined, {}, at)).toBe('Accepted')
    expect(at.facts).toMatchObject([{ kind: 'agreement', value: { text, uid } }])
    expect(at.seen).toMatchObject([{ proof: { challenge: { purpose: purposeOf(text, crypto) } } }])
    expect(at.audited).toEqual(['AgreementBound '])
  })

  test('hearsay starts a charge and binds nobody, to an agreement or to another provider', async () => {
    for (const act of ['bindAgreement', 'changeProvider']) {
      expect(await agree(ok('VERIFIED'), { act, idToken: plain })).toBe('IdentityHearsay')
      expect(await agree(ok('HEARSAY'), { act })).toBe('IdentityHearsay')
    }
    const at = csms(ok('HEARSAY'))
    await agree(undefined, {}, at)
    expect(at.facts).toEqual([])
    // The same card charges.
    expect(await status(ok('HEARSAY'), 'Unknown')).toBe('Accepted')
  })

  test('nothing binds without the register, or by a word that it refuses', async () => {
    expect(await agree(undefined)).toBe('Unavailable')
    expect(await agree(refused('ProofInvalid'))).toBe('ProofInvalid')
    const alone = { ...csms(undefined).context, drivers: undefined } as unknown as Context
    expect(await agree(undefined, {}, { ...csms(undefined), context: alone })).toBe(
      'IdentityHearsay',
    )
    expect(await agree(ok('VERIFIED'), { act: 'startCharge' })).toBe('BodyInvalid')
    expect(await agree(ok('VERIFIED'), { text: '' })).toBe('BodyInvalid')
  })
})
