import { limits, topicName, type SaidHead, type Topic } from '@interlock/contract'
import { nodeCrypto as crypto } from '@interlock/host'
import { eui64, instant, millis, ok, plus, refused } from '@interlock/kernel'
import { headHolds } from '@interlock/seal'
import { expect, test } from 'vitest'
import { journalOutbox, type OutboxStore } from './outbox-store.ts'
import { createStating } from './stating.ts'
import { memoryJournal } from './topics.fixture.ts'

const topicOf = (kind: Topic['kind'], id = 'one'): Topic => ({
  region: 'eastern',
  feeder: 'f1',
  kind,
  id,
})
const [load, reading] = [topicOf('load'), topicOf('reading')]
const at = instant(1_800_000_000_000)

const key = crypto.ephemeralKey()
const self = { eui: eui64('02-00-00-00-00-02-00-01'), role: 'csms', thumbprint: 't', key } as const
const outboxOf = (journal = memoryJournal()) => journalOutbox(journal, { now: () => at })

function author(outbox: OutboxStore = outboxOf()) {
  let run = 'one'
  let now = at
  let refusal: string | undefined
  const warned: object[] = []
  const requests: (readonly SaidHead[])[] = []
  const stating = createStating(
    {
      stateHeads(heads) {
        requests.push(heads)
        return Promise.resolve(refusal === undefined ? ok(run) : refused(refusal))
      },
    },
    outbox,
    self,
    { clock: { now: () => now }, crypto, log: { warn: (of: object) => void warned.push(of) } },
  )
  return {
    ...stating,
    requests,
    warned,
    refuse: (reason?: string) => void (refusal = reason),
    pass: (time: number) => void (now = plus(now, millis(time))),
    anew: () => void (run = 'two'),
    /** To whom and how far, of what is stated now. */
    async states(isAuthor = false) {
      requests.length = 0
      await stating.state(isAuthor)
      return requests.map((heads) => heads.map(({ to, first, last }) => [to, first, last]))
    },
  }
}

test('an author states what is new for each audience, and nothing twice', async () => {
  const one = author()
  one.said(reading, 1, at, { readers: ['a', 'b'] })
  one.said(reading, 2, at, { readers: ['a'] })
  one.said(topicOf('maskKey'), 7, at, {})
  expect(await one.states()).toEqual([
    [
      ['b', 1, 1],
      ['a', 1, 2],
      ['everyone', 7, 7],
    ],
  ])
  expect(await one.states()).toEqual([])
  // Who is in a group says that it is there.
  expect(await one.states(true)).toEqual([[]])
})

test('a key server that began anew is told all again, of the present epoch', async () => {
  const one = author()
  one.said(load, 1, at, { epoch: 1 })
  await one.states()
  one.said(load, 2, at, { epoch: 2 })
  one.said(reading, 5, at, { readers: ['a'] })
  await one.states()
  one.anew()
  const [first, second] = await one.states(true)
  expect(first).toEqual([])
  expect(second).toEqual([
    ['2', 2, 2],
    ['a', 5, 5],
  ])
})

test('so much is stated in one request', async () => {
  const one = author()
  for (let i = 0; i <= limits.headsPerRequestMax; i++)
    one.said(topicOf('session', `home-${i}`), 1, at, { readers: ['a'] })
  expect((await one.states()).map((heads) => heads.length)).toEqual([limits.headsPerRequestMax, 1])
})

test('what is stated is signed as of now, and signed again before it is old, until nobody misses it', async () => {
  const one = author()
  one.said(load, 1, at, { epoch: 1 })
  one.said(reading, 5, at, { readers: ['a'] })
  await one.states()
  const [[head] = []] = one.requests
  expect(head).toMatchObject({ at, topic: topicName(load) })
  expect(head && headHolds(head, { ...self, publicKey: key.publicKey }, crypto)).toBe(true)
  one.pass(limits.authorSilentMillis / 2)
  expect(await one.states()).toEqual([[['1', 1, 1]]])
  one.pass(limits.stationSilentMillis / 2)
  expect(await one.states()).toEqual([
    [
      ['1', 1, 1],
      ['a', 5, 5],
    ],
  ])
  one.pass(7 * 24 * 3_600_000)
  expect(await one.states()).toEqual([])
})

test('what was said before a restart is stated after it, though its messages are kept no more', async () => {
  const journal = memoryJournal(2)
  const outbox = outboxOf(journal)
  const before = author(outbox)
  for (const sequence of [1, 2, 3]) {
    outbox.sealed({ topic: reading, sequence, message: { head: 'unread', body: 'b' } })
    before.said(reading, sequence, at, { readers: ['a'] })
    outbox.settled(reading, sequence)
  }
  expect(await author(outboxOf(journal)).states()).toEqual([[['a', 1, 3]]])
})

test('why a key server takes no word of it is logged once, and again after it took one', async () => {
  const one = author()
  for (const reason of ['BodyInvalid', 'BodyInvalid', 'PathUnknown', undefined, 'PathUnknown']) {
    one.refuse(reason)
    await one.states(true)
  }
  expect(one.warned).toMatchObject(
    ['BodyInvalid', 'PathUnknown', 'PathUnknown'].map((reason) => ({ reason })),
  )
})

test('an author with more to state than may be says so once', () => {
  const one = author()
  const say = (count: number, from = 0): void => {
    for (let i = from; i < from + count; i++) one.said(reading, 1, at, { readers: [`r${i}`] })
  }
  say(limits.headsPerAuthorMax)
  expect(one.warned).toEqual([])
  say(2, limits.headsPerAuthorMax)
  expect(one.warned).toEqual([{ heads: limits.headsPerAuthorMax }])
})
