import { position, type Carried, type Carrier } from '@interlock/bus'
import { systemClock, temporaryDir } from '@interlock/host'
import { assert, fromBase64Url, fromUtf8, toBase64Url, utf8 } from '@interlock/kernel'
import { openProgress } from '@interlock/topics'
import { limits, topicName, type SealedMessage, type Topic } from '@interlock/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testClock } from '@interlock/kernel/clock.fixture'
import { eventually } from '../smart-meter/eventually.fixture.ts'
import { openMiddleware, type Middleware, type Party } from './middleware.ts'
import { pushedClock } from './pushed-clock.fixture.ts'

// Time stands still, but where a test moves it: what was leased stays so, however long it takes.
const clock = testClock(systemClock.now())
let middleware: Middleware
let author: Party
const topicOf = (id: string): Topic => ({ region: 'eastern', feeder: 'f1', kind: 'load', id })
const [here, elsewhere] = [topicOf('here'), topicOf('elsewhere')]
const count = 4
const all: Carried[] = []

beforeAll(async () => {
  middleware = await openMiddleware({
    dir: temporaryDir('interlock-hostile'),
    clock,
    wall: pushedClock(clock),
  })
  const csms = middleware.authority.certify('csms', 'csms')
  await middleware.grant(csms, 'publish', { kind: 'load' })
  author = await middleware.enter(csms)
})
afterAll(() => middleware.close())

/** A middleware that delivers what it likes of one kind, as it likes; the rest it brings as it should. */
const deliveringOnly = (carrier: Carrier, carried: readonly Carried[]): Carrier => ({
  ...carrier,
  async *read(selection, after, signal) {
    if (selection.kind !== 'load') return yield* carrier.read(selection, after, signal)
    yield* carried.filter((each) => each.position > after)
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
  },
})
const headOf = ({ head }: SealedMessage) =>
  JSON.parse(fromUtf8(fromBase64Url(head) ?? new Uint8Array())) as { readonly epoch: number }
const changed = (message: SealedMessage, change: object): SealedMessage => ({
  ...message,
  head: toBase64Url(utf8(JSON.stringify({ ...headOf(message), ...change }))),
})
const at = (place: number): Carried => {
  const found = all[place]
  if (found === undefined) throw new Error(`nothing at ${place}`)
  return found
}

test('whatever the middleware drops, reorders, repeats, splices or moves to another epoch is found', async () => {
  const { authority, grant, enter, carrierOf } = middleware
  const dso = authority.certify('dso', 'dso')
  await grant(dso, 'read', { kind: 'load' })
  const before = authority.certify('dso', 'before')
  await grant(before, 'read', { kind: 'load' })
  // Each is a member from its own epoch on: the author has no key that the reader has not, and that none of the first.
  const joining = [await enter(before), await enter(dso), author]
  for (const topic of [here, elsewhere])
    for (const { exchange } of joining) await exchange.join(topic)
  const stop = new AbortController()
  const tapped = carrierOf(dso)
  const reading = (async () => {
    for await (const each of tapped.read({ kind: 'load' }, position(0), stop.signal))
      if (all.push(each) === 2 * count) return
  })()
  for (const topic of [here, elsewhere])
    for (let i = 1; i <= count; i++) {
      const payload = { at: clock.now(), watts: i, chargers: 1 }
      await eventually(async () => (await author.exchange.publish(topic, payload)).ok)
    }
  await reading
  stop.abort()
  const forged = changed(at(count).message, { topic: topicName(here) })
  const swapped = changed(at(1).message, { epoch: 1 })
  // What it brings, how many of them are taken, and what is found.
  const acts: readonly [string, readonly Carried[], number, readonly string[]][] = [
    ['brings all', [at(0), at(1), at(2)], 3, []],
    ['drops', [at(0), at(2)], 2, ['SealGap']],
    ['reorders', [at(0), at(2), at(1)], 3, ['SealGap', 'SealReordered']],
    ['reorders the first', [at(1), at(0)], 2, ['SealReordered']],
    ['repeats', [at(0), at(1), at(1)], 2, ['SealRepeated']],
    ['splices', [at(0), { ...at(count), topic: here }], 1, ['SealTopic']],
    ['forges', [at(0), { ...at(count), topic: here, message: forged }], 1, ['SealAltered']],
    ['swaps the epoch', [at(0), { ...at(1), message: swapped }], 1, ['SealEpochUnknown']],
  ]
  for (const [name, carried, takenMax, reasons] of acts) {
    const placed = carried.map((each, i) => ({ ...each, position: position(i + 1) }))
    const reader = await enter(dso, deliveringOnly(carrierOf(dso), placed))
    await reader.exchange.join(here)
    let taken = 0
    reader.exchange.read({
      selection: { kind: 'load' },
      begins: 'first',
      progress: openProgress(),
      handle: () => Promise.resolve(void taken++),
    })
    const found = (): string[] => reader.findings.map(({ reason }) => reason)
    await eventually(() => taken >= takenMax && found().length >= reasons.length)
    await reader.exchange.close()
    expect([taken, found()], name).toEqual([takenMax, reasons])
  }
})

test('a message that is moved to another epoch is found, though the reader has the keys of both', async () => {
  const { authority, grant, enter, carrierOf } = middleware
  const turned = topicOf('turned')
  const [early, late] = [authority.certify('dso', 'early'), authority.certify('dso', 'late')]
  for (const each of [early, late]) await grant(each, 'read', { kind: 'load' })
  const honest = carrierOf(early)
  const brought: Carried[] = []
  const hostile = deliveringOnly(honest, brought)
  const kinds = ['epoch', 'lease'] as const
  const dealtWith = { epoch: 0, lease: 0 }
  const reader = await enter(early, {
    ...hostile,
    async *read(selection, after, signal) {
      for await (const each of hostile.read(selection, after, signal)) {
        yield each
        const kind = kinds.find((one) => one === each.topic.kind)
        if (kind !== undefined && each.topic.id.endsWith('turned')) dealtWith[kind]++
      }
    },
  })
  /** Until the reader has all keys and leases that were said so far. */
  async function hasAllKeys(): Promise<void> {
    for (const kind of kinds) {
      const groups = await honest.topics(kind)
      const kept = groups.find(({ topic }) => topic.id.endsWith('turned'))?.messages ?? 0
      await eventually(() => dealtWith[kind] >= kept)
    }
  }
  for (const { exchange } of [reader, author]) await exchange.join(turned)

  const stop = new AbortController()
  const tapped = honest.read({ kind: 'load', id: 'turned' }, position(0), stop.signal)
  const messages = tapped[Symbol.asyncIterator]()
  async function said(): Promise<Carried> {
    const payload = { at: clock.now(), watts: 1, chargers: 1 }
    await eventually(async () => (await author.exchange.publish(turned, payload)).ok)
    const next = await messages.next()
    assert(next.done !== true, 'what was said is brought')
    return next.value
  }
  const first = await said()
  await hasAllKeys()
  await (await enter(late)).exchange.join(turned)
  const all = [first]
  let last = first
  // The author hears of the new epoch in its time.
  while (headOf(last.message).epoch === headOf(first.message).epoch) all.push((last = await said()))
  stop.abort()

  const moved = (one: Carried, to: Carried): Carried => ({
    ...one,
    message: changed(one.message, { epoch: headOf(to.message).epoch }),
  })
  const swapped = [moved(first, last), moved(last, first)]
  brought.push(...[...all, ...swapped].map((each, i) => ({ ...each, position: position(i + 1) })))
  await hasAllKeys()
  let taken = 0
  reader.exchange.read({
    selection: { kind: 'load' },
    begins: 'first',
    progress: openProgress(),
    handle: () => Promise.resolve(void taken++),
  })
  await eventually(() => reader.findings.length >= swapped.length)
  expect(taken).toBe(all.length)
  expect(reader.findings.map(({ reason }) => reason)).toEqual(['SealAltered', 'SealAltered'])
})

test('what the middleware withholds from the start, at the end or altogether is found', async () => {
  const { authority, grant, enter, carrierOf } = middleware
  const dso = authority.certify('dso', 'missing')
  await grant(dso, 'read', { kind: 'load' })
  const missed = topicOf('missed')
  const honest = await enter(dso)
  for (const { exchange } of [honest, author]) await exchange.join(missed)
  const brought: Carried[] = []
  /** Reads, and knows whether it has come so far. */
  function readTo({ exchange }: Party): (last: number) => boolean {
    const progress = openProgress()
    exchange.read({
      selection: { kind: 'load', id: 'missed' },
      begins: 'first',
      progress,
      handle: () => Promise.resolve(),
    })
    return (to) => [...progress.all.values()].some(({ last }) => last === to)
  }
  const hasCome = readTo(honest)
  for (let i = 1; i <= count; i++) {
    const payload = { at: clock.now(), watts: i, chargers: 1 }
    await eventually(async () => (await author.exchange.publish(missed, payload)).ok)
  }
  await eventually(() => hasCome(count))
  const stop = new AbortController()
  for await (const each of carrierOf(dso).read(
    { kind: 'load', id: 'missed' },
    position(0),
    stop.signal,
  ))
    if (brought.push(each) === count) stop.abort()
  const acts = [
    [brought.slice(1), '1 to 1'],
    [brought.slice(0, 2), '3 to 4'],
    [[], '1 to 4'],
  ] as const
  const readers: Party[] = []
  for (const [carried] of acts) {
    const reader = await enter(dso, deliveringOnly(carrierOf(dso), carried))
    await reader.exchange.join(missed)
    const comes = readTo(reader)
    const last = brought.findLastIndex((each) => carried.some((one) => one === each)) + 1
    await eventually(() => last === 0 || comes(last))
    readers.push(reader)
  }
  const withheld = ({ findings }: Party) =>
    findings.filter(({ reason }) => reason === 'SealWithheld').map(({ detail }) => detail)
  await eventually(async () => {
    await clock.advance(limits.headsMillis)
    return readers.every((reader) => withheld(reader).length > 0)
  })
  expect(readers.map(withheld)).toEqual(acts.map(([, detail]) => [detail]))
  expect(withheld(honest)).toEqual([])
  // Nothing else would tell of an author that was never heard.
  const ofLoads = readers[2]?.findings.filter(({ topic }) => topic.kind === 'load')
  expect(ofLoads?.map(({ reason }) => reason)).toEqual(['SealWithheld'])
})
