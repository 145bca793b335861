import { position, type Carried, type Carrier } from '@interlock/bus'
import { systemClock, temporaryDir } from '@interlock/host'
import { fromBase64Url, fromUtf8, toBase64Url, utf8 } from '@interlock/kernel'
import { openProgress } from '@interlock/topics'
import { topicName, type SealedMessage, type Topic } from '@interlock/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../smart-meter/eventually.fixture.ts'
import { openMiddleware, type Middleware, type Party } from './middleware.ts'

let middleware: Middleware
let author: Party
const topicOf = (id: string): Topic => ({ region: 'eastern', feeder: 'f1', kind: 'load', id })
const [here, elsewhere] = [topicOf('here'), topicOf('elsewhere')]
const count = 4
const all: Carried[] = []

beforeAll(async () => {
  middleware = await openMiddleware({ dir: temporaryDir('interlock-hostile') })
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
const changed = (message: SealedMessage, change: object): SealedMessage => {
  const head = JSON.parse(fromUtf8(fromBase64Url(message.head) ?? new Uint8Array())) as object
  return { ...message, head: toBase64Url(utf8(JSON.stringify({ ...head, ...change }))) }
}
const at = (place: number): Carried => {
  const found = all[place]
  if (found === undefined) throw new Error(`nothing at ${place}`)
  return found
}

test('whatever the middleware drops, reorders, repeats, splices or moves to another epoch is found', async () => {
  const { authority, grant, enter, carrierOf } = middleware
  const dso = authority.certify('dso', 'dso')
  await grant(dso, 'read', { kind: 'load' })
  const honest = await enter(dso)
  for (const topic of [here, elsewhere])
    for (const { exchange } of [author, honest]) await exchange.join(topic)
  const stop = new AbortController()
  const tapped = carrierOf(dso)
  const reading = (async () => {
    for await (const each of tapped.read({ kind: 'load' }, position(0), stop.signal))
      if (all.push(each) === 2 * count) return
  })()
  for (const topic of [here, elsewhere])
    for (let i = 1; i <= count; i++) {
      const payload = { at: systemClock.now(), watts: i, chargers: 1 }
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
      begins: 'start',
      progress: openProgress(),
      handle: () => Promise.resolve(void taken++),
    })
    const found = (): string[] =>
      // On a machine that is very slow the author has been silent as well.
      reader.findings.map(({ reason }) => reason).filter((reason) => reason !== 'SealSilent')
    await eventually(() => taken >= takenMax && found().length >= reasons.length)
    await reader.exchange.close()
    expect([taken, found()], name).toEqual([takenMax, reasons])
  }
})
