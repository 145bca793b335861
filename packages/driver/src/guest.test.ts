import { eui64, toBase64, utf8, concat, fromHex } from '@interlock/kernel'
import { describe, expect, test } from 'vitest'
import { crypto, night } from './cards.fixture.ts'
import {
  guestAllowance,
  guestCharged,
  guestOf,
  guestsHeldMax,
  guestStatement,
  holdGuest,
  openGuest,
  type Guest,
  type HeldGuest,
} from './guest.ts'

const station = eui64('00-DB-12-34-56-78-91-00')
const owner = crypto.ephemeralKey()
const operator = crypto.ephemeralKey()
const spki = (key: typeof owner) => toBase64(key.publicKey.spki)
const owners = [spki(owner)]
const day = 86_400_000
const minutes = 600_000
const zoe: Guest = {
  uid: '04A1B2C3D4E5F6',
  name: 'Zoë',
  wattHours: 20_000,
  until: night + day,
  payer: null,
}
const payer = { issuer: 'GB*INT', contractId: 'GBINTC0012345X' }
const word = (guest: Guest, by = owner, at: number = night, of = station) => ({
  guest,
  at,
  by: spki(by),
  signature: toBase64(crypto.sign(by, guestStatement(of, guest, at))),
})
const opened = (said: ReturnType<typeof word>, keys: readonly string[] = owners) => {
  const result = openGuest(said, keys, station, crypto)
  return result.ok ? 'opened' : result.reason
}
const held = (guest: Guest, at: number = night, before: readonly HeldGuest[] = []) => {
  const result = holdGuest(before, { guest, at }, night, minutes)
  return result.ok ? result.value : result.reason
}
const left = (guest: Pick<HeldGuest, 'guest' | 'usedWattHours'>, now: number) => {
  const result = guestAllowance(guest, now as typeof night)
  return result.ok ? result.value : result.reason
}

describe('whether the owner said so', () => {
  test('what an owner signed is opened by whoever has the owner’s key', () => {
    expect(opened(word(zoe))).toBe('opened')
    expect(opened(word({ ...zoe, payer }))).toBe('opened')
  })

  test('an operator invents no guest, not even in the owner’s name', () => {
    expect(opened(word(zoe, operator))).toBe('OwnerUnknown')
    expect(opened({ ...word(zoe, operator), by: spki(owner) })).toBe('SignatureInvalid')
    // With a list of owners that is its own to fill it could.
    expect(opened(word(zoe, operator), [spki(operator)])).toBe('opened')
  })

  test.each<[string, object]>([
    ['card', { uid: '04A1B2C3D4E5F7' }],
    ['cap', { wattHours: 90_000 }],
    ['end', { until: night + 2 * day }],
    ['payer', { payer }],
    ['name', { name: 'Zed' }],
  ])('an operator alters no %s', (_what, change) => {
    const said = word(zoe)
    expect(opened({ ...said, guest: { ...zoe, ...change } })).toBe('SignatureInvalid')
  })

  test('a word for one charger, or of one moment, is none for another', () => {
    const elsewhere = word(zoe, owner, night, eui64('00-DB-12-34-56-78-91-01'))
    expect(opened(elsewhere)).toBe('SignatureInvalid')
    expect(opened({ ...word(zoe), at: night + 1 })).toBe('SignatureInvalid')
    expect(opened({ ...word(zoe), signature: '%' })).toBe('SignatureInvalid')
  })

  test('no two guests are signed by the same bytes', () => {
    const text = '04A1B2C3D4E5F6\n20000\n1768334400000\n\nZoë'
    const moment = '0000019bb3cb3e00'
    const head = fromHex(`00db123456789100${moment}`) ?? new Uint8Array()
    const statement = guestStatement(station, { ...zoe, until: 1_768_334_400_000 }, night)
    expect(statement).toEqual(concat(utf8('interlock-owner-guest'), head, utf8(text)))
  })
})

describe('what a guest may draw', () => {
  test('the cap, less what was drawn, until the end', () => {
    const [guest] = guestCharged(held(zoe) as readonly HeldGuest[], '04a1b2c3d4e5f6', 15_000)
    expect(guest).toMatchObject({ usedWattHours: 15_000 })
    expect(guest && left(guest, night)).toBe(5_000)
    expect(guest && left(guest, zoe.until - 1)).toBe(5_000)
    expect(guest && left(guest, zoe.until)).toBe('GuestExpired')
    const [spent] = guestCharged(guest ? [guest] : [], zoe.uid, 5_000)
    expect(spent && left(spent, night)).toBe('GuestSpent')
  })

  test('a register that runs backwards gives nothing back', () => {
    const [guest] = guestCharged(held(zoe) as readonly HeldGuest[], zoe.uid, -9_000)
    expect(guest && left(guest, night)).toBe(20_000)
  })

  test('nobody else’s charge counts', () => {
    const [guest] = guestCharged(held(zoe) as readonly HeldGuest[], '04A1B2C3', 9_000)
    expect(guest && left(guest, night)).toBe(20_000)
  })
})

describe('what is remembered', () => {
  test('a word that comes again does not fill a cap anew, and an older one undoes nothing', () => {
    const once = held(zoe) as readonly HeldGuest[]
    expect(held(zoe, night, guestCharged(once, zoe.uid, 20_000))).toBe('GuestOlder')
    const taken = held({ ...zoe, wattHours: 0 }, night + 1, once) as readonly HeldGuest[]
    expect(held(zoe, night, taken)).toBe('GuestOlder')
    const guest = guestOf(taken, zoe.uid)
    expect(guest && left(guest, night)).toBe('GuestSpent')
  })

  test('what was taken back is remembered for as long as the word before it is good', () => {
    const taken = held({ ...zoe, wattHours: 0 }) as readonly HeldGuest[]
    const other = { guest: { ...zoe, uid: '04A1B2C3' }, at: night + 1 }
    const uids = (now: number) => {
      const next = holdGuest(taken, other, now as typeof night, minutes)
      return next.ok ? next.value.map(({ guest }) => guest.uid) : next.reason
    }
    expect(uids(night + minutes)).toEqual([zoe.uid, '04A1B2C3'])
    expect(uids(night + minutes + 1)).toEqual(['04A1B2C3'])
  })

  test('there is an end to guests, and those that are over make room', () => {
    const uid = (index: number) => `0000${String(index).padStart(4, '0')}`
    const full = Array.from({ length: guestsHeldMax }, (_, index) => ({
      guest: { ...zoe, uid: uid(index) },
      at: night - day,
      usedWattHours: 0,
    }))
    expect(held(zoe, night, full)).toBe('TooManyGuests')
    const [first, ...others] = full
    const over = first && { ...first, guest: { ...first.guest, until: night } }
    expect(held(zoe, night, over ? [over, ...others] : [])).toHaveLength(guestsHeldMax)
  })
})
