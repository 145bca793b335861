import {
  limits,
  topicName,
  type HeadsAsked,
  type HeadsRead,
  type SilentAuthor,
  type Topic,
} from '@interlock/contract'
import { nodeCrypto as crypto, silentLog } from '@interlock/host'
import { eui64, Fault, instant, ok, plus, millis, refused, type Role } from '@interlock/kernel'
import { testClock } from '@interlock/kernel/clock.fixture'
import type { Peer } from '@interlock/pki'
import { signHead } from '@interlock/seal'
import { expect, test } from 'vitest'
import { openHeadWatch } from './head-watch.ts'
import { openProgress } from './progress.ts'
import type { Reading } from './reading.ts'

const eui = eui64('02-00-00-00-00-02-00-01')
const key = crypto.ephemeralKey()
const { publicKey } = key
const author = { eui, role: 'csms', thumbprint: 'csms', key } as const
const peer = { eui, role: 'csms', organisation: eui, thumbprint: 'csms', publicKey } as Peer
const load: Topic = { region: 'eastern', feeder: 'f1', kind: 'load', id: 'one' }
const nothing: HeadsRead = { run: 'run', next: 1, more: false, heads: [], silent: [] }
const now = instant(1_800_000_000_000)
const span = { topic: topicName(load), to: '1', first: 1, firstAt: now, last: 2, lastAt: now }
/** As its author has signed it after so long. */
const signed = (after = 0, change: Partial<typeof span> = {}) => ({
  by: 'csms',
  ...signHead({ ...span, ...change }, plus(now, millis(after)), author, crypto),
})
const head = signed()

/** A watch that looks at loads, of a key server that answers what the test sets. */
function watching(role: Role = 'dso') {
  const clock = testClock(now)
  const answers = {
    read: nothing,
    isAway: false,
    refusal: undefined as string | undefined,
    isLeased: true,
    hasLease: true,
    isHeld: false,
    hears: true,
  }
  const asked: HeadsAsked[] = []
  const stated: boolean[] = []
  const found: string[] = []
  const warned: unknown[] = []
  const log = { ...silentLog, warn: (of: unknown) => void warned.push(of) }
  const watch = openHeadWatch({
    own: { role, thumbprint: 'reader', notBefore: now },
    keys: {
      readHeads(its) {
        asked.push(its)
        if (answers.refusal !== undefined) return Promise.resolve(refused(answers.refusal))
        return answers.isAway
          ? Promise.reject(new Fault('PeerUnavailable', 'the key server'))
          : Promise.resolve(ok(answers.read))
      },
      standingOf: () =>
        Promise.resolve(
          ok({ epoch: 1, until: answers.isLeased ? clock.now() + 1 : now, ended: [] }),
        ),
    },
    keyrings: {
      publishing: () =>
        answers.hasLease ? ok({ epoch: 1, key: new Uint8Array() }) : refused('LeaseExpired'),
    },
    directory: { learn: () => Promise.resolve(peer) },
    stating: { state: (isAuthor) => Promise.resolve(void stated.push(isAuthor)) },
    onFinding: ({ reason, topic: { kind, id } }) => found.push(`${reason} ${kind} ${id}`),
    deps: { wall: clock, log, crypto },
  })
  const reading: Reading = {
    selection: { kind: 'load' },
    begins: 'first',
    hears: () => answers.hears,
    progress: openProgress(),
    handle: () => Promise.resolve(),
  }
  const unwatch = watch.watch(reading, () => answers.isHeld)
  return {
    answers,
    asked,
    stated,
    found,
    warned,
    watch,
    unwatch,
    watchMore: () => watch.watch(reading, () => false),
    look: (times: number) => clock.advance(times * limits.headsMillis),
  }
}
const enough = limits.headLooksMax + 1

test('what an author has said and nothing has brought is found, and asked for where it left off', async () => {
  const { answers, asked, found, look, watch } = watching()
  answers.read = { ...nothing, next: 7, heads: [head] }
  await look(1)
  answers.read = { ...nothing, next: 7 }
  await look(limits.headLooksMax)
  expect(found).toEqual(['SealWithheld load one'])
  expect(asked.slice(0, 2)).toEqual([
    { kinds: ['load'], run: '', after: 0 },
    { kinds: ['load'], run: 'run', after: 7 },
  ])
  await watch.close()
})

test('why the key server does not tell is logged once, and again after it told', async () => {
  const { answers, warned, look, watch } = watching()
  answers.refusal = 'BodyInvalid'
  await look(3)
  expect(warned).toMatchObject([{ reason: 'BodyInvalid' }])
  answers.refusal = undefined
  await look(1)
  answers.refusal = 'BodyInvalid'
  await look(2)
  expect(warned).toHaveLength(2)
  await watch.close()
})

test('what is read besides from now on is asked for from its beginning', async () => {
  const { asked, look, watch, watchMore } = watching()
  await look(2)
  watchMore()
  await look(2)
  expect(asked.map(({ after }) => after)).toEqual([0, 1, 0, 1])
  await watch.close()
})

test('nothing is missed of who is not heard there, by who is held up, or who reads no more', async () => {
  for (const change of [{ hears: false }, { isHeld: true }, undefined]) {
    const { answers, found, look, watch, unwatch } = watching()
    Object.assign(answers, change, { read: { ...nothing, heads: [head] } })
    if (change === undefined) unwatch()
    await look(enough)
    expect(found).toEqual([])
    await watch.close()
  }
})

test('a key server that is away makes no finding, and is asked again', async () => {
  const { answers, asked, found, look, watch } = watching()
  answers.isAway = true
  await look(enough)
  answers.isAway = false
  answers.read = { ...nothing, heads: [signed(enough * limits.headsMillis)] }
  await look(1)
  expect(found).toEqual([])
  expect(asked).toHaveLength(enough + 1)
  await look(enough)
  expect(found).toEqual(['SealWithheld load one'])
  await watch.close()
})

test.each([
  ['another last', { last: 1 }],
  ['another first', { first: 2 }],
  ['another time', { at: now + 1 }],
  ['another epoch', { to: '2' }],
  ['another topic', { topic: topicName({ ...load, id: 'two' }) }],
])(
  'a head with %s than its author has signed is forged, and counts for nothing',
  async (_, change) => {
    const { answers, found, look, watch } = watching()
    answers.read = { ...nothing, heads: [{ ...head, ...change }] }
    await look(1)
    expect(found).toEqual([`SealHeadForged load ${'topic' in change ? 'two' : 'one'}`])
    answers.read = nothing
    await look(enough)
    expect(found).toHaveLength(1)
    await watch.close()
  },
)

test('what was said to another reader is not told to this one', async () => {
  const { answers, found, look, watch, unwatch } = watching('emsp')
  unwatch()
  const reading = { ...load, kind: 'reading' } as const
  watch.watch(
    {
      selection: { kind: 'reading' },
      begins: 'first',
      progress: openProgress(),
      handle: () => Promise.resolve(),
    },
    () => false,
  )
  const heads = ['reader', 'other'].map((to) => signed(0, { topic: topicName(reading), to }))
  answers.read = { ...nothing, heads }
  await look(1)
  expect(found).toEqual(['SealHeadForged reading one'])
  await watch.close()
})

test('an author that states nothing is silent at the second look, once until it is there again', async () => {
  const { answers, found, look, watch } = watching()
  const silent: SilentAuthor[] = [{ topic: topicName(load), by: 'csms', since: now }]
  answers.read = { ...nothing, silent }
  await look(1)
  expect(found).toEqual([])
  await look(enough)
  expect(found).toEqual(['SealSilent load one'])
  answers.read = nothing
  await look(1)
  answers.read = { ...nothing, silent }
  await look(2)
  expect(found).toHaveLength(2)
  await watch.close()
})

test('leases that the key server gives and nothing brings are withheld', async () => {
  const { answers, found, look, watch } = watching()
  watch.joined(load)
  answers.hasLease = false
  answers.isLeased = false
  await look(enough)
  // The key server itself gives none: silence tells of that.
  expect(found).toEqual([])
  answers.isLeased = true
  await look(2 * enough)
  expect(found).toEqual(['SealWithheld lease load.one'])
  answers.hasLease = true
  await look(1)
  answers.hasLease = false
  await look(enough)
  expect(found).toHaveLength(2)
  await watch.close()
})

test('who is in a group as an author says that it is there; a station asks less often', async () => {
  const author = watching('csms')
  author.watch.joined({ ...load, kind: 'reading' })
  await author.look(1)
  author.watch.joined(load)
  await author.look(1)
  author.watch.left(load)
  await author.look(1)
  expect(author.stated).toEqual([false, true, false])
  await author.watch.close()
  const station = watching('station')
  await station.look(limits.headsOfStationsMillis / limits.headsMillis)
  expect(station.asked).toHaveLength(1)
  await station.watch.close()
})
