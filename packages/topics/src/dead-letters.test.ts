import { inProcessCarrier } from '@interlock/bus'
import { limits, topicName, type SealedMessage, type Topic } from '@interlock/contract'
import {
  nodeCrypto as crypto,
  silentLog,
  systemEntropy as entropy,
  type ActorDeps,
} from '@interlock/host'
import {
  eui64,
  Fault,
  instant,
  plus,
  millis,
  toBase64Url,
  toIso,
  unobserved,
} from '@interlock/kernel'
import type { Peer } from '@interlock/pki'
import { sealData, type Author } from '@interlock/seal'
import type { Journal } from '@interlock/store'
import { Value } from 'typebox/value'
import { expect, test, vi } from 'vitest'
import { deadLettersDoor } from './dead-letters-door.ts'
import { openDeadLetters, type DeadLetters } from './dead-letters.ts'
import { createKeyrings } from './keyrings.ts'
import { openProgress } from './progress.ts'
import { startReading } from './reading.ts'
import type { Finding } from './receive.ts'
import { memoryJournal } from './topics.fixture.ts'

const now = instant(1_800_000_000_000)
const topic: Topic = { region: 'eastern', feeder: 'f1', kind: 'session', id: 'one' }
const waiting = { timeout: 20_000, interval: 2 }

/** Pauses are over at once; nobody is found silent. */
const wall: ActorDeps['wall'] = {
  now: () => now,
  after(_delay, label, work) {
    if (label === 'silence') return { cancel: () => {} }
    const timer = setImmediate(() => void work())
    return { cancel: () => clearImmediate(timer) }
  },
}

const keyOf = (): Author['key'] => crypto.ephemeralKey()
const reader = { thumbprint: toBase64Url(crypto.sha256(new Uint8Array([1]))), key: keyOf() }
const author: Author = {
  eui: eui64('02-00-00-00-00-02-00-01'),
  role: 'csms',
  thumbprint: toBase64Url(crypto.sha256(new Uint8Array([2]))),
  key: keyOf(),
}
const peer = {
  eui: author.eui,
  role: author.role,
  organisation: author.eui,
  thumbprint: author.thumbprint,
  publicKey: author.key.publicKey,
} as unknown as Peer
const directory = { learn: () => Promise.resolve(peer), peerOf: () => peer }

/** The author's message of that number, which says that number of watt-hours. */
const said = (sequence: number): SealedMessage =>
  sealData(
    {
      topic,
      payload: { transaction: 't', evse: 1, state: 'going', at: now, wattHours: sequence },
      sequence,
      at: now,
      expiresAt: plus(now, millis(60_000)),
    },
    author,
    { readers: [{ thumbprint: reader.thumbprint, publicKey: reader.key.publicKey }] },
    { crypto, entropy },
  )

/** What a reader takes of three messages whose handler answers as given. */
async function readThree(options: {
  readonly handle: (wattHours: number, position: number) => Promise<void>
  readonly journal?: Journal
  readonly change?: (message: SealedMessage, sequence: number) => SealedMessage
}) {
  const { handle, journal = memoryJournal(), change = (message) => message } = options
  const carrier = inProcessCarrier({ clock: wall, keptMax: 100 })
  for (const sequence of [1, 2, 3])
    await carrier.publish(topic, change(said(sequence), sequence), `${sequence}`)
  const taken: number[] = []
  const findings: Finding[] = []
  const held: unknown[] = []
  const deadLetters = openDeadLetters(journal)
  const progress = openProgress(memoryJournal())
  const error = (data: { position?: number }): void => void held.push(data.position)
  const reading = startReading(
    {
      selection: { kind: 'session' },
      begins: 'start',
      progress,
      async handle({ payload }) {
        const { wattHours } = payload as { wattHours: number }
        await handle(wattHours, progress.position)
        taken.push(wattHours)
      },
    },
    {
      carrier,
      receiver: {
        ...reader,
        directory,
        keyrings: createKeyrings(),
        askLease: () => Promise.resolve(false),
        clock: wall,
        crypto,
      },
      onFinding: (finding) => void findings.push(finding),
      deadLetters,
      deps: {
        clock: wall,
        wall,
        activity: unobserved,
        entropy,
        crypto,
        log: { ...silentLog, error },
      },
    },
  )
  await vi.waitFor(() => expect(progress.position).toBe(3), waiting)
  await reading.close()
  await carrier.close()
  return { taken, findings, held, letters: deadLetters.list }
}

test('a reader whose store is away is held where it is, and loses nothing', async () => {
  let failures = 4 * limits.deliveryAttemptsMax
  const { taken, findings, held, letters } = await readThree({
    handle(wattHours, position) {
      if (wattHours < 2 || failures-- <= 0) return Promise.resolve()
      expect([wattHours, position]).toEqual([2, 1])
      return Promise.reject(new Error('connect ECONNREFUSED'))
    },
  })
  expect(taken).toEqual([1, 2, 3])
  expect(findings).toEqual([])
  expect(held).toEqual([2])
  expect(letters).toEqual([])
})

const often = limits.deliveryAttemptsMax
const outOfRange = Object.assign(new Error('invalid byte sequence'), { code: '22021' })
const mistake = new TypeError("Cannot read properties of undefined (reading 'evse')")
test.each([
  ['its handler finds unfit', new Fault('MessageUnfit', 'no such evse'), 'SealContent', 1],
  ['the database refuses', outOfRange, 'SealContent', often],
  ['its handler has a mistake with', mistake, 'ReaderFailed', often],
])('what %s is put aside and kept, and is no gap', async (_name, cause, reason, attempts) => {
  const journal = memoryJournal()
  let tried = 0
  const { taken, findings, held, letters } = await readThree({
    journal,
    handle: (wattHours) => (wattHours === 2 ? Promise.reject((tried++, cause)) : Promise.resolve()),
  })
  // A mistake's own words may have the content in them.
  const detail = cause === mistake ? 'TypeError' : String(cause)
  expect(taken).toEqual([1, 3])
  expect(tried).toBe(attempts)
  expect(findings).toMatchObject([{ reason, position: 2, author: author.eui, detail }])
  expect(letters).toMatchObject([{ reason, position: 2, topic: topicName(topic), detail }])
  // Never `reading is held`; a mistake is an error in the log all the same.
  expect(held).toEqual(cause === mistake ? [2] : [])
  expect(openDeadLetters(journal).list).toEqual(letters)
})

test('what was changed on its way is kept as it came', async () => {
  const { taken, letters } = await readThree({
    handle: () => Promise.resolve(),
    change: (message, sequence) => (sequence === 2 ? { ...message, body: said(9).body } : message),
  })
  expect(taken).toEqual([1, 3])
  expect(letters).toMatchObject([{ reason: 'SealAltered', position: 2 }])
})

test('so many are kept, and what anybody could have made goes first', () => {
  const journal = memoryJournal(10)
  const letters = openDeadLetters(journal)
  const put = (to: DeadLetters, position: number, reason: Finding['reason']): void =>
    to.put(
      { topic, position: position as never, message: { head: `h${position}`, body: 'b' } },
      { reason, topic },
      now,
    )
  put(letters, 1, 'SealContent')
  for (let at = 2; at <= limits.deadLettersMax + 5; at++) put(letters, at, 'SealAltered')
  expect(letters.list).toHaveLength(limits.deadLettersMax)
  expect(letters.list[0]).toMatchObject({ position: 1 })
  expect(letters.list[1]).toMatchObject({ position: 7 })
  const kept = letters.list
  put(letters, 9, 'SealAltered')
  expect(letters.list).toEqual(kept)
  expect(openDeadLetters(journal).list).toEqual(letters.list)
})

test('one author’s unfit messages push out its own, and none of another’s', () => {
  const letters = openDeadLetters(memoryJournal())
  const put = (position: number, of: string, reason: Finding['reason'] = 'SealContent'): void =>
    letters.put(
      { topic, position: position as never, message: { head: `h${position}`, body: 'b' } },
      { reason, topic, author: of },
      now,
    )
  for (const at of [1, 2, 3]) put(at, 'quiet')
  for (let at = 4; at <= 2 * limits.deadLettersMax; at++) put(at, 'loud')
  const of = (author: string) => letters.list.filter((each) => each.author === author)
  expect([of('quiet').length, of('loud').length]).toEqual([3, limits.deadLettersMax - 3])
  expect(of('loud').at(-1)?.position).toBe(2 * limits.deadLettersMax)
  // Whose name a changed message has is nobody’s word: those go before what is proven.
  for (let at = 1_000; at < 1_010; at++) put(at, 'named', 'SealAltered')
  expect([of('quiet').length, of('named').length]).toEqual([3, 0])
})

test('people see why, by whom and when, the newest first and a page at a time, and nobody else does', async () => {
  const letters = openDeadLetters(memoryJournal())
  const put = (position: number, message: SealedMessage): void =>
    letters.put(
      { topic, position: position as never, message },
      { reason: 'SealContent', topic, detail: 'no such evse' },
      now,
    )
  put(4, said(7))
  put(5, { head: 'of nobody', body: 'b' })
  put(6, said(8))
  const door = deadLettersDoor({
    letters: () => letters.list,
    own: () => author.eui,
    roles: ['web'],
  })
  const ask = async (query: Record<string, string>, organisation = author.eui) =>
    door.handle({ query, params: {}, body: undefined, peer: { organisation } } as never)
  const first = await ask({ limit: '2' })
  expect(first).toMatchObject({
    status: 200,
    body: {
      items: [
        {
          number: 3,
          reason: 'SealContent',
          detail: 'no such evse',
          author: author.eui,
          sequence: 8,
        },
        { number: 2, position: 5, author: null, sequence: null, sealedAt: null },
      ],
      next: '2',
    },
  })
  if (door.answer === undefined) throw new Error('its answer is not described')
  expect([...Value.Errors(door.answer, first.body)]).toEqual([])
  expect(JSON.stringify(first)).not.toContain('wattHours')
  expect(await ask({ cursor: '2' })).toMatchObject({
    body: { items: [{ number: 1, topic: topicName(topic), sealedAt: toIso(now) }], next: null },
  })
  for (const query of [{ limit: '0' }, { limit: '201' }, { cursor: 'x' }])
    expect(await ask(query)).toMatchObject({ status: 400 })
  expect(await ask({}, eui64('02-00-00-00-00-02-00-09'))).toMatchObject({ status: 403 })
})
