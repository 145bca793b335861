import type { SignedGuest } from '@interlock/contract'
import type { GuestPayer } from '@interlock/driver'
import { instant, stationId, toIso } from '@interlock/kernel'
import type { IdTokenInfoType } from '@interlock/ocpp'
import type { Token } from '@interlock/ocpi'
import type { OcpiObjectName } from '@interlock/store'
import { objectsInMemory } from '@interlock/store/ocpi-objects.fixture'
import { describe, expect, test } from 'vitest'
import type { Context } from '../context.ts'
import { remember } from '../ocpi/admissions.ts'
import { admitDriver, tellTransaction, type RoamingDesk } from '../ocpi/roaming.ts'
import { guestInfo, guestsOf } from './guests.ts'

const station = stationId('CS-1')
const now = instant(Date.parse('2026-01-12T20:00:00Z'))
const uid = '04A1B2C3'
const card = { idToken: uid.toLowerCase(), type: 'ISO14443' as const }
const payer: GuestPayer = { issuer: 'NL*ILK', contractId: 'NL-ILK-C00000001-X' }
const signed = (change: Partial<SignedGuest['guest']> = {}): SignedGuest => ({
  guest: { uid, name: 'Zoë', wattHours: 20_000, until: now + 1, payer: null, ...change },
  by: 'AAAA',
  signature: 'AAAA',
  at: now - 1_000,
})
const charge = (wattHours: number, idToken = uid, startedAt: number = now - 500) => ({
  stationId: station,
  transactionId: `T${wattHours}`,
  startedAt,
  firstWattHours: 1_000,
  lastWattHours: 1_000 + wattHours,
  begunWith: { value: { idToken, type: 'ISO14443' } },
})
type Charge = ReturnType<typeof charge>

/** A CSMS that knows that guest and those charges, the latest first. */
function csms(guest: SignedGuest | undefined, charges: readonly Charge[] = []) {
  const fact = guest && { key: guest.guest.uid, value: guest }
  const asked: unknown[] = []
  let said: IdTokenInfoType | undefined
  const context = {
    known: {
      find: (_station: string, _kind: string, key: string) =>
        Promise.resolve(fact?.key === key ? fact : undefined),
      all: () => Promise.resolve(fact === undefined ? [] : [fact]),
    },
    transactions: {
      list: (_station: string, { limit, before }: { limit: number; before?: { at: number } }) =>
        Promise.resolve(
          charges.filter(({ startedAt }) => startedAt < (before?.at ?? Infinity)).slice(0, limit),
        ),
      find: () => Promise.resolve(charges[0]),
    },
    deps: { clock: { now: () => now }, crypto: { sha256: () => new Uint8Array(32) } },
    audit: { record: () => undefined },
    hooks: {
      admitDriver: (...question: unknown[]) => {
        asked.push(question)
        return Promise.resolve(said)
      },
    },
  } as unknown as Context
  return { context, asked, say: (info: IdTokenInfoType | undefined) => void (said = info) }
}
const judged = async (guest: SignedGuest | undefined, charges: readonly Charge[] = []) =>
  (await guestInfo(csms(guest, charges).context, station, card))?.status

describe('a guest at Authorize and as a charge begins', () => {
  test('charges up to the cap, of all charges since the owner’s word, and until its end', async () => {
    expect(await judged(signed())).toBe('Accepted')
    expect(await judged(signed(), [charge(12_000), charge(7_999)])).toBe('Accepted')
    expect(await judged(signed(), [charge(12_000), charge(8_000)])).toBe('NoCredit')
    expect(await judged(signed({ until: now }))).toBe('Expired')
    expect(await judged(signed({ wattHours: 0 }))).toBe('NoCredit')
  })

  test('what others drew, and what was drawn before that word, is not counted', async () => {
    const others = [charge(30_000, '04FFFFFF'), charge(30_000, uid, now - 2_000)]
    expect(await judged(signed(), others)).toBe('Accepted')
    const [guest] = await guestsOf(csms(signed(), [charge(5), ...others]).context, station)
    expect(guest).toMatchObject({ usedWattHours: 5 })
  })

  test('all charges are counted, also those of other pages', async () => {
    const many = Array.from({ length: 120 }, (_, index) => charge(200, uid, now - 1 - index))
    expect(await judged(signed(), many)).toBe('NoCredit')
    expect(await judged(signed(), many.slice(0, 99))).toBe('Accepted')
  })

  test('a card that no owner has named is judged by others, and no guest is kept in a cache', async () => {
    expect(await judged(undefined)).toBeUndefined()
    expect(await judged(signed({ uid: '04FFFFFF' }))).toBeUndefined()
    const code = { idToken: uid, type: 'KeyCode' as const }
    expect(await guestInfo(csms(signed()).context, station, code)).toBeUndefined()
    const info = await guestInfo(csms(signed()).context, station, card)
    expect(info).toEqual({ status: 'Accepted', cacheExpiryDateTime: toIso(now) })
  })

  test('whom an owner names as payer has to say so; silence pays for nobody', async () => {
    const at = csms(signed({ payer }))
    const status = async () => (await guestInfo(at.context, station, card))?.status
    expect(await status()).toBe('Invalid')
    at.say({ status: 'Blocked' })
    expect(await status()).toBe('Blocked')
    at.say({ status: 'Accepted' })
    expect(await status()).toBe('Accepted')
    expect(at.asked[0]).toEqual([station, card, payer])
    // Its end is the owner's to say, whoever pays.
    const over = csms(signed({ payer, until: now }))
    over.say({ status: 'Accepted' })
    expect((await guestInfo(over.context, station, card))?.status).toBe('Expired')
    expect(over.asked).toEqual([])
  })
})

describe('who is billed', () => {
  const token: Token = {
    country_code: 'NL',
    party_id: 'ILK',
    uid,
    type: 'RFID',
    contract_id: payer.contractId,
    issuer: 'Interlock',
    valid: true,
    whitelist: 'ALWAYS',
    last_updated: '2026-01-01T00:00:00Z',
  }
  const point = { stationId: station, evse: 1, evseId: 'E1' }
  /** The desk of a CSMS to which the provider has told that token. */
  function desk(guest: SignedGuest | undefined, told: Token) {
    const objects = objectsInMemory()
    const pushed: unknown[] = []
    const said: unknown[] = []
    const all = {
      tellSession: (...session: unknown[]) => void said.push(session),
      context: csms(guest, [charge(5_000)]).context,
      us: { country_code: 'GB', party_id: 'CPO' },
      tariff: { currency: 'GBP' },
      places: [{ id: 'L1', points: [point] }],
      peers: { parties: [{ name: 'ilk', owner: { country_code: 'NL', party_id: 'ILK' } }] },
      objects: {
        ...objects,
        find: (name: OcpiObjectName) =>
          name.module === 'tokens' ? Promise.resolve(told) : objects.find(name),
      },
      outbox: { pushState: (...sent: unknown[]) => Promise.resolve(void pushed.push(sent)) },
    }
    return { desk: all as unknown as RoamingDesk, pushed, said }
  }
  const shown = { idToken: uid, type: 'ISO14443' as const }

  test('a third party pays: session and record name its contract', async () => {
    const at = desk(signed({ payer }), token)
    expect(await admitDriver(at.desk, station, shown, payer)).toMatchObject({ status: 'Accepted' })
    await tellTransaction(at.desk, station, 'T')
    expect(at.pushed).toMatchObject([
      ['ilk', 'sessions', expect.any(String), { cdr_token: { contract_id: payer.contractId } }],
    ])
    expect(at.said).toMatchObject([[station, { transaction: 'T', wattHours: expect.any(Number) }]])
  })

  test('nobody pays for a guest who is not the contract that the owner named, or has said no since', async () => {
    const other = desk(signed({ payer }), { ...token, contract_id: 'NL-ILK-C00000002-X' })
    expect(await admitDriver(other.desk, station, shown, payer)).toBeUndefined()
    const elsewhere = { ...payer, issuer: 'NL*XXX' }
    expect(await admitDriver(other.desk, station, shown, elsewhere)).toBeUndefined()
    // Without the owner's word the other contract would be billed.
    expect(await admitDriver(other.desk, station, shown)).toMatchObject({ status: 'Accepted' })
    await tellTransaction(other.desk, station, 'T')
    expect(other.pushed).toEqual([])

    const changed = { ...token }
    const at = desk(signed({ payer }), changed)
    await admitDriver(at.desk, station, shown, payer)
    changed.valid = false
    expect(await admitDriver(at.desk, station, shown, payer)).toEqual({ status: 'Invalid' })
    await tellTransaction(at.desk, station, 'T')
    expect(at.pushed).toEqual([])
  })

  test('the owner pays for a guest of whom nothing else is said, whatever contract the card has elsewhere', async () => {
    const at = desk(signed(), token)
    await admitDriver(at.desk, station, shown)
    await tellTransaction(at.desk, station, 'T')
    expect([at.pushed, at.said]).toEqual([[], []])
    const roamer = desk(undefined, token)
    await admitDriver(roamer.desk, station, shown)
    await tellTransaction(roamer.desk, station, 'T')
    expect(roamer.pushed).toHaveLength(1)
  })

  test('what a token is admitted with elsewhere, or again later, is not what its charge here is billed by', async () => {
    const references = { T: 'here', next: 'again', other: 'elsewhere' }
    const at = desk(undefined, token)
    const admit = (where: typeof station, reference: string) =>
      remember(at.desk, 'ilk', where, 'RFID', uid, {
        info: { status: 'Accepted' },
        auth: 'COMMAND',
        token,
        reference,
      })
    await admit(station, references.T)
    // Kept by the token alone, either of these would be in the session told next.
    await admit(stationId('CS-2'), references.other)
    await tellTransaction(at.desk, station, 'T')
    await admit(station, references.next)
    await tellTransaction(at.desk, station, 'T')
    const told = at.pushed.map((each) => (each as readonly unknown[])[3])
    expect(told).toMatchObject([
      { authorization_reference: references.T },
      { authorization_reference: references.T },
    ])
  })
})
