import { instant, type StationId } from '@interlock/kernel'
import { beforeEach, expect, test, vi } from 'vitest'
import { expected } from './admissions.ts'
import { begin, operator, reserve, station, token } from './commanding.fixture.ts'
import { watchReservations } from './reservation-watch.ts'
import { reservationsMax, takeReservation } from './reservations.ts'
import { sessionIdOf } from './session-place.ts'

let csms: ReturnType<typeof operator>
beforeEach(() => void (csms = operator()))
const minute = 61_000
const settled = (count: number) =>
  vi.waitFor(() => expect(csms.told).toHaveLength(count), { timeout: 30_000, interval: 5 })

test('a reservation has a number of ours at the station, and is taken back by its own name', async () => {
  expect(await csms.ask('RESERVE_NOW', reserve('R1', begin))).toBe('REJECTED')
  expect(await csms.ask('RESERVE_NOW', reserve('R1', begin + 25 * 3_600_000))).toBe('REJECTED')
  expect(await csms.ask('RESERVE_NOW', reserve('R1'))).toBe('ACCEPTED')
  await settled(1)
  const [order] = csms.sent
  expect(order).toMatchObject({ action: 'ReserveNow', payload: { evseId: 1 } })
  const { id } = (order?.payload ?? {}) as { id?: number }
  const cancel = { reservation_id: 'r1' }
  const elsewhere = { ...cancel, response_url: 'https://other.test/x' }
  expect(await csms.ask('CANCEL_RESERVATION', elsewhere, 'other')).toBe('REJECTED')
  expect(await csms.ask('CANCEL_RESERVATION', cancel)).toBe('ACCEPTED')
  await settled(2)
  expect(csms.sent[1]?.payload).toEqual({ reservationId: id })
  csms.wait(minute)
  expect(await csms.ask('CANCEL_RESERVATION', cancel)).toBe('REJECTED')
})

test('who has reserved is expected there until the reservation ends, and no more once it is taken back', async () => {
  const driver = () => expected(csms.desk, station, 'APP_USER', 'app-1')
  const asked = { ...reserve('R1'), authorization_reference: 'REF-2' }
  expect(await csms.ask('RESERVE_NOW', asked)).toBe('ACCEPTED')
  await settled(1)
  csms.wait(3_600_000 - 1)
  expect(await driver()).toMatchObject({ party: 'ilk', auth: 'COMMAND', reference: 'REF-2' })
  csms.wait(1)
  expect(await driver()).toBeUndefined()
  const later = reserve('R2', csms.at.now + 3_600_000)
  expect(await csms.ask('RESERVE_NOW', later)).toBe('ACCEPTED')
  await settled(2)
  expect(await driver()).toBeDefined()
  expect(await csms.ask('CANCEL_RESERVATION', { reservation_id: 'R2' })).toBe('ACCEPTED')
  await settled(3)
  expect(await driver()).toBeUndefined()
  csms.wait(minute)
  csms.answers.next = () => Promise.resolve({ status: 'Occupied' })
  expect(await csms.ask('RESERVE_NOW', later)).toBe('ACCEPTED')
  await settled(4)
  expect(await driver()).toBeUndefined()
  // A card may be blocked before the reservation ends.
  csms.wait(minute)
  csms.answers.next = () => Promise.resolve({ status: 'Accepted' })
  const card = { ...later, token: { ...token, type: 'RFID', uid: '04A1B2C3' } }
  expect(await csms.ask('RESERVE_NOW', card)).toBe('ACCEPTED')
  await settled(5)
  const holder = () => expected(csms.desk, station, 'RFID', '04a1b2c3')
  csms.wait(15 * 60_000 - 1)
  expect(await holder()).toBeDefined()
  csms.wait(1)
  expect(await holder()).toBeUndefined()
})

test('what a station does not keep free is not kept here; one provider keeps so many places free', async () => {
  csms.answers.next = () => Promise.resolve({ status: 'Occupied' })
  expect(await csms.ask('RESERVE_NOW', reserve('R0'))).toBe('ACCEPTED')
  await settled(1)
  expect(csms.told[0]?.[2]).toEqual({ result: 'EVSE_OCCUPIED' })
  csms.answers.next = () => Promise.resolve({ status: 'Accepted' })
  for (let at = 1; at <= reservationsMax; at += 1) {
    csms.wait(minute)
    expect(await csms.ask('RESERVE_NOW', reserve(`R${at}`))).toBe('ACCEPTED')
    await settled(at + 1)
  }
  csms.wait(minute)
  expect(await csms.ask('RESERVE_NOW', reserve('R99'))).toBe('REJECTED')
  // Those that have ended make room.
  csms.wait(3_600_000)
  expect(await csms.ask('RESERVE_NOW', reserve('R99', csms.at.now + minute))).toBe('ACCEPTED')
})

/** As which its session was told, each time. */
const states = () => csms.sessions.map(({ status }) => status)
const provider = () => {
  const [party] = csms.desk.peers.parties
  if (party === undefined) throw new Error('nobody')
  return party
}
const reserved = async (id: string, until?: number): Promise<void> => {
  const count = csms.told.length
  expect(await csms.ask('RESERVE_NOW', reserve(id, until))).toBe('ACCEPTED')
  await settled(count + 1)
}

test('what is kept free is told as a session that has not begun, and as over once it is taken back', async () => {
  await reserved('R1')
  const [session] = csms.sessions
  expect(session).toMatchObject({
    country_code: 'GB',
    party_id: 'CPO',
    status: 'RESERVATION',
    kwh: 0,
    cdr_token: { uid: 'APP-1' },
    auth_method: 'COMMAND',
    location_id: 'L1',
    evse_uid: 'E1',
    start_date_time: '2026-01-12T20:00:00.000Z',
  })
  csms.wait(minute)
  // One that takes its place is the same session, since the same time.
  await reserved('r1')
  expect(csms.sessions[1]).toEqual({ ...session, last_updated: '2026-01-12T20:01:01.000Z' })
  expect(await csms.ask('CANCEL_RESERVATION', { reservation_id: 'R1' })).toBe('ACCEPTED')
  await settled(3)
  expect(states()).toEqual(['RESERVATION', 'RESERVATION', 'COMPLETED'])
  expect(csms.sessions[2]).toMatchObject({
    id: session?.id,
    end_date_time: '2026-01-12T20:01:01.000Z',
  })
})

test.each(['Occupied', 'Rejected'])(
  'what the station does not keep free (%s) is told as no session',
  async (status) => {
    csms.answers.next = () => Promise.resolve({ status })
    await reserved('R1')
    expect(states()).toEqual([])
  },
)

test('a charge of its driver is the session of the reservation, and nobody else’s is', async () => {
  await reserved('R1')
  const [session] = csms.sessions
  const charge = { stationId: station, evse: 1, driver: token, transactionId: 'T1' }
  const take = (change: Partial<typeof charge>) =>
    takeReservation(csms.desk, provider(), { ...charge, ...change }, csms.at.now)
  for (const other of [
    { driver: { ...token, uid: 'APP-2' } },
    { driver: { ...token, type: 'RFID' as const } },
    { evse: 2 },
    { stationId: 'CS-2' as StationId },
  ])
    expect(await take(other)).toBeUndefined()
  const own = await sessionIdOf(csms.desk, station, 'T1')
  expect(own).not.toBe(session?.id)
  expect(await take({ driver: { ...token, uid: 'app-1' } })).toBe(session?.id)
  expect(await sessionIdOf(csms.desk, station, 'T1')).toBe(session?.id)
  // The next charge is another session, and what is over is not told as over once more.
  expect(await take({ transactionId: 'T2' })).toBeUndefined()
  expect(await csms.ask('CANCEL_RESERVATION', { reservation_id: 'R1' })).toBe('REJECTED')
  expect(states()).toEqual(['RESERVATION'])
})

test('a place that is kept free no longer is told as over: when its time is, and when the station says so', async () => {
  let round = (): void => undefined
  const { deps } = csms.desk.context
  Object.assign(deps.clock, {
    after: (_: number, _label: string, work: () => void) => {
      round = work
      return { cancel: () => undefined }
    },
  })
  await reserved('R1', begin + 600_000)
  csms.wait(minute)
  await reserved('R2')
  const numberOf = (at: number) => (csms.sent[at]?.payload as { id: number } | undefined)?.id ?? 0
  const watch = watchReservations(csms.desk, 'reservations')
  const over = () => csms.sessions.filter(({ status }) => status === 'COMPLETED')
  // A station speaks for its own places.
  watch.ended('CS-2' as StationId, numberOf(1))
  watch.ended(station, numberOf(0) + numberOf(1))
  csms.at.now = instant(begin + 600_000)
  round()
  const waiting = { timeout: 30_000, interval: 5 }
  await vi.waitFor(
    () => expect(over().map(({ id }) => id)).toEqual([csms.sessions[0]?.id]),
    waiting,
  )
  watch.ended(station, numberOf(1))
  await vi.waitFor(() => expect(over()).toHaveLength(2), waiting)
  await watch.close()
})
