import { nodeCrypto as crypto, type UnprovenEndpoint } from '@interlock/host'
import {
  eui64,
  euiFromBytes,
  instant,
  toBase64,
  u64,
  type Eui64,
  type Instant,
} from '@interlock/kernel'
import type { MeterInterval } from '@interlock/privacy'
import { openDataStatement } from '@interlock/seal'
import type { Journal } from '@interlock/store'
import { expect, test } from 'vitest'
import type { CommandOutcome } from '../commands.ts'
import type { Api } from '../rest/api.ts'
import { agreementLimits } from './agreements.ts'
import { openDataBook, type OpenDataBook } from './book.ts'
import { askedAtOnce, decideDue, hearOwners } from './decide-due.ts'
import { openDataEndpoints, openDataLimits } from './doors.ts'
import { rulesOf } from './open-data-config.ts'

const day = 86_400_000
const start = Date.parse('2026-01-12T00:00:00Z')
const atDay = (days: number): Instant => instant(start + days * day)
const rules = rulesOf({ groupMin: 10 })
const publisher = eui64('02-00-00-00-00-00-00-03')
const stationAt = (index: number) => euiFromBytes(u64(BigInt(index + 1)))
const { key: owner } = crypto.generateKey()
const { key: stranger } = crypto.generateKey()
const by = toBase64(owner.publicKey.spki)
const { key: next } = crypto.generateKey()
const byNext = toBase64(next.publicKey.spki)

function memoryJournal(isLong = false): Journal {
  let entries: unknown[] = []
  return {
    entries: () => structuredClone(entries),
    append: (entry) => void entries.push(entry),
    isLong,
    rewrite: (whole) => (entries = [...whole]),
    close: () => {},
  }
}
const agreedBy = (book: OpenDataBook, count: number, since = atDay(-1)): void => {
  for (let index = 0; index < count; index++)
    book.agree({ station: stationAt(index), by, signature: 'AAAA', at: 1, since })
}
const usage = (wattHours: number, from: Instant): readonly MeterInterval[] => [
  {
    from,
    until: instant(from + 1_800_000),
    importWattHours: wattHours,
    exportWattHours: 0,
    isEstimated: false,
  },
]
type KeysOf = (station: Eui64) => readonly string[] | undefined
const theOwners: KeysOf = () => [by]
const deciding = (book: OpenDataBook, wattHours = 6_500, keysOf = theOwners) => ({
  book,
  rules,
  place: 'GB-EAST',
  usageOf: (_: unknown, { from }: { from: Instant }) => Promise.resolve(usage(wattHours, from)),
  keysOf: (station: Eui64) => Promise.resolve(keysOf(station)),
})
/** What is done each hour, once on that day. */
async function lookOn(days: number, due: ReturnType<typeof deciding>): Promise<void> {
  await hearOwners(due, atDay(days))
  await decideDue(due, atDay(days))
}
/** A book that was opened on the first day, and what it has told by the fourth. */
async function toldBook(count: number, journal = memoryJournal(), since?: Instant) {
  const book = openDataBook(journal, rules)
  await lookOn(2, deciding(book))
  agreedBy(book, count, since)
  await lookOn(4, deciding(book))
  return book
}
const rowsOf = (book: OpenDataBook, at = atDay(4)) =>
  book.rows(at).map(({ from, stations, wattHours }) => [(from - start) / day, stations, wattHours])

test('periods are told once they are over, coarse, and of ten homes at least (PF18)', async () => {
  expect(rowsOf(await toldBook(12))).toEqual([
    [0, 10, 80_000],
    [1, 10, 80_000],
  ])
  expect(rowsOf(await toldBook(9))).toEqual([])
  // Who agreed in the middle of the first day is in the second.
  expect(rowsOf(await toldBook(12, memoryJournal(), instant(start + 1)))).toEqual([[1, 10, 80_000]])
})

test('homes that used nothing do not make a group large', async () => {
  const book = openDataBook(memoryJournal(), rules)
  await lookOn(2, deciding(book))
  agreedBy(book, 12)
  await lookOn(3, deciding(book, 0))
  expect(rowsOf(book)).toEqual([])
})

test('who withdraws is in no row from that moment on, after a restart neither', async () => {
  for (const isLong of [false, true]) {
    const journal = memoryJournal(isLong)
    const book = await toldBook(12, journal)
    const [row] = book.rows(atDay(4))
    expect(row).toBeDefined()
    book.withdraw(stationAt(0), by, false, atDay(4))
    expect(rowsOf(book)).toEqual([])
    await lookOn(5, deciding(book))
    expect(rowsOf(book)).toEqual([[2, 10, 70_000]])
    const again = openDataBook(journal, rules)
    expect(rowsOf(again)).toEqual([[2, 10, 70_000]])
    expect(again.tenureOf(stationAt(0), by)).toBeUndefined()
    expect(again.isBarred(stationAt(0), [by])).toBe(true)
    // Nothing is decided a second time.
    await lookOn(5, deciding(again, 90_000))
    expect(rowsOf(again)).toEqual([[2, 10, 70_000]])
  }
})

test.each<[string, readonly string[] | undefined]>([
  ['another owner', [byNext]],
  ['nobody', []],
  ['no answer', undefined],
])(
  'an agreement ends with its owner: a home with %s at the charger is not told of',
  async (_, keys) => {
    const journal = memoryJournal()
    const book = await toldBook(12, journal)
    const moved = deciding(book, 6_500, (station) => (station === stationAt(0) ? keys : [by]))
    for (const days of [5, 6, 7]) await lookOn(days, moved)
    // The charger named its owner on the fourth day for the last time.
    const [, , third, fourth] = rowsOf(book, atDay(7))
    expect(third).toEqual([2, 10, 80_000])
    expect(rowsOf(book, atDay(7))).toContainEqual([4, 10, 70_000])
    expect(fourth).toEqual([3, 10, 80_000])
    // Were it the home's and not the owner's, it would be in that row too.
    const bound = await toldBook(12)
    for (const days of [5, 6, 7]) await lookOn(days, deciding(bound))
    expect(rowsOf(bound, atDay(7))).toContainEqual([4, 10, 80_000])

    // Whoever lives there next agrees for themselves, and from then on.
    const since = atDay(7)
    const agreement = { station: stationAt(0), by: byNext, signature: 'AAAA', at: 2, since }
    book.agree(agreement)
    const settled = deciding(book, 6_500, (of) => (of === stationAt(0) ? [byNext] : [by]))
    for (const days of [8, 9, 10]) await lookOn(days, settled)
    expect(rowsOf(book, atDay(10)).slice(-2)).toEqual([
      [6, 10, 70_000],
      [7, 10, 80_000],
    ])
    expect(rowsOf(openDataBook(journal, rules), atDay(10))).toEqual(rowsOf(book, atDay(10)))
  },
)

test('chargers are asked a few at once, and one that keeps silent is left out alone', async () => {
  const book = openDataBook(memoryJournal(), rules)
  await lookOn(2, deciding(book))
  agreedBy(book, 40)
  let [asking, most] = [0, 0]
  const keysOf = async (station: Eui64) => {
    most = Math.max(most, ++asking)
    await Promise.resolve()
    asking -= 1
    return station === stationAt(7) ? undefined : [by]
  }
  await hearOwners({ ...deciding(book), keysOf }, atDay(4))
  expect(most).toBe(askedAtOnce)
  expect(book.unheard(atDay(4))).toEqual([stationAt(7)])
})

test('who moved out takes its own rows down, and nothing of whoever lives there now', async () => {
  const book = await toldBook(12)
  book.heard(stationAt(0), [byNext], atDay(4))
  const agreement = { station: stationAt(0), by: byNext, signature: 'AAAA', at: 2, since: atDay(4) }
  book.agree(agreement)
  for (const days of [5, 6, 7])
    await lookOn(
      days,
      deciding(book, 6_500, (of) => (of === stationAt(0) ? [byNext] : [by])),
    )
  expect(rowsOf(book, atDay(7)).map(([day]) => day)).toEqual([0, 1, 2, 3, 4])
  book.withdraw(stationAt(0), by, false, atDay(7))
  expect(rowsOf(book, atDay(7)).map(([day]) => day)).toEqual([4])
  expect(book.tenureOf(stationAt(0), byNext)).toBeDefined()
  expect(book.isBarred(stationAt(0), [byNext])).toBe(false)
})

test('a household’s devices speak for one home: what one agreed to another withdraws', async () => {
  const book = await toldBook(12)
  book.heard(stationAt(0), [by, byNext], atDay(4))
  // The first phone is lost, and with it the agreement ends; its rows are the home’s still.
  book.heard(stationAt(0), [byNext], atDay(4))
  expect(rowsOf(book)).toHaveLength(2)
  book.withdraw(stationAt(0), byNext, true, atDay(4))
  expect(rowsOf(book)).toEqual([])
})

test('those who agreed at one home and left are so many at most; the rows of the oldest go', async () => {
  const book = await toldBook(12)
  for (let each = 0; each <= agreementLimits.tenuresMax; each++) {
    book.heard(stationAt(0), [], atDay(4))
    expect(book.tenureOf(stationAt(0), by) !== undefined).toBe(each < agreementLimits.tenuresMax)
    book.agree({ station: stationAt(0), by: `${each}`, signature: '', at: 1, since: atDay(4) })
  }
  expect(rowsOf(book)).toEqual([])
})

/** The doors, and a station that answers `outcome`. */
function doorsOf(book: OpenDataBook) {
  const station = { outcome: { status: 'Accepted' } as CommandOutcome, asked: 0, keys: [by] }
  const record = { eui: stationAt(0), stationId: 'CS-1', evse: 1, trust: 'supervised' }
  const views = new Map([['CS-1', { record }]])
  const clock = { now: () => atDay(4) }
  const api = {
    context: {
      deps: { clock, wall: clock, crypto },
      identity: { peer: { organisation: publisher } },
      audit: { critical: () => {} },
      views,
    },
    commands: {
      send({ payload }: { payload: { messageId: string } }) {
        if (payload.messageId === 'OwnerKeys')
          return Promise.resolve({ status: 'Accepted', response: { data: { keys: station.keys } } })
        station.asked += 1
        return Promise.resolve(station.outcome)
      },
    },
  } as unknown as Api
  const [read, choose] = openDataEndpoints({ api, book, rules }) as [
    UnprovenEndpoint,
    UnprovenEndpoint,
  ]
  const get = async (query: Record<string, string> = {}, address = 'reader') =>
    (await read.handle({ query, body: undefined, address })) as {
      status: number
      body: { items: { from: string }[]; next: string | null; reason?: string }
    }
  const say = async (agrees: boolean, at: number, key = owner, to = publisher) => {
    const signature = toBase64(crypto.sign(key, openDataStatement(stationAt(0), to, agrees, at)))
    const body = { station: stationAt(0), agrees, by: toBase64(key.publicKey.spki), signature, at }
    return (await choose.handle({ body, query: {}, address: `owner ${at}` })).status
  }
  return { station, views, get, say }
}

test('anybody reads the rows, in pages, and so many times a minute', async () => {
  const { get } = doorsOf(await toldBook(12))
  const first = await get({ limit: '1' })
  expect(first.body).toMatchObject({ publisher, unit: 'Wh', groupMin: 10 })
  expect(first.body.items.map(({ from }) => from)).toEqual(['2026-01-12T00:00:00.000Z'])
  const second = await get({ limit: '1', cursor: first.body.next ?? '' })
  expect(second.body.items.map(({ from }) => from)).toEqual(['2026-01-13T00:00:00.000Z'])
  expect(second.body.next).toBeNull()
  for (const query of [{ limit: '0' }, { limit: '1001' }, { cursor: '%' }])
    expect((await get(query)).status).toBe(400)
  for (let each = 0; each < openDataLimits.perMinuteMax; each++) await get()
  expect((await get()).status).toBe(429)
  expect((await get({}, 'another')).status).toBe(200)
})

test('who agrees is asked of the station; the same key ends it at once, the station away', async () => {
  const book = await toldBook(0)
  const { station, say } = doorsOf(book)
  station.outcome = { status: 'Rejected', reason: 'OwnerUnknown' }
  expect(await say(true, 10, stranger)).toBe(401)
  expect(book.tenureOf(stationAt(0), toBase64(stranger.publicKey.spki))).toBeUndefined()
  station.outcome = { status: 'Accepted' }
  expect(await say(true, 10)).toBe(200)
  expect(book.tenureOf(stationAt(0), by)).toMatchObject({ since: atDay(4) })

  // Nobody else ends it while the station is away, nor a word for another publisher, nor an older one.
  station.outcome = { status: 'Rejected', reason: 'StationOffline' }
  expect(await say(false, 11, stranger)).toBe(503)
  expect(await say(false, 11, owner, stationAt(7))).toBe(503)
  expect(await say(false, 10)).toBe(503)
  expect(book.tenureOf(stationAt(0), by)).toBeDefined()
  const { asked } = station
  expect(await say(false, 11)).toBe(200)
  expect(station.asked).toBe(asked)
  expect(book.isBarred(stationAt(0), [by])).toBe(true)
})

test('a withdrawal is for good, and strangers do not keep a station busy', async () => {
  const book = await toldBook(0)
  const { station, say } = doorsOf(book)
  expect(await say(false, 1)).toBe(200)
  expect(await say(true, 2)).toBe(409)
  station.outcome = { status: 'Rejected', reason: 'OwnerUnknown' }
  const statuses = []
  for (let at = 3; at < 12; at++) statuses.push(await say(true, at, stranger))
  expect(statuses.at(-1)).toBe(429)
  expect(station.asked).toBe(openDataLimits.choicesPerStationPerMinuteMax)
})

test('a withdrawal binds its owner for good and the next one in nothing; what was taken down stays down', async () => {
  const book = await toldBook(12)
  const { station, say } = doorsOf(book)
  expect(await say(false, 2)).toBe(200)
  expect(rowsOf(book)).toEqual([])
  // Another device beside the one that withdrew does not undo it.
  station.keys = [by, byNext]
  expect(await say(true, 3, next)).toBe(409)
  station.keys = [byNext]
  expect(await say(true, 4, next)).toBe(200)
  expect(rowsOf(book)).toEqual([])
  // What the former owner says now is no owner’s word.
  station.outcome = { status: 'Rejected', reason: 'OwnerUnknown' }
  expect(await say(false, 5)).toBe(401)
  expect(book.tenureOf(stationAt(0), byNext)).toMatchObject({ since: atDay(4) })
})

test('neither strangers who flood the door nor a station that is gone delay a withdrawal', async () => {
  const book = await toldBook(0)
  const { station, views, say } = doorsOf(book)
  expect(await say(true, 10)).toBe(200)
  station.outcome = { status: 'Rejected', reason: 'OwnerUnknown' }
  for (let at = 11; at < 11 + openDataLimits.choicesPerMinuteMax; at++)
    await say(false, at, stranger)
  expect(await say(false, 1_000, stranger)).toBe(429)
  views.clear()
  expect(await say(false, 1_001)).toBe(200)
  expect(book.isBarred(stationAt(0), [by])).toBe(true)
})
