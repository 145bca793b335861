import { limits, topicName, type HeadToldOf, type HeadsRead, type Topic } from '@interlock/contract'
import { nodeCrypto, silentLog } from '@interlock/host'
import { eui64, instant, ok, refused, type Crypto } from '@interlock/kernel'
import { testClock } from '@interlock/kernel/clock.fixture'
import type { Peer } from '@interlock/pki'
import { createHeadBook, emptyGroup, followFrom, type Member } from '@interlock/seal'
import { position } from '@interlock/bus'
import { expect, test } from 'vitest'
import { openHeadWatch } from './head-watch.ts'
import { memoryOutbox } from './outbox-store.ts'
import { openProgress } from './progress.ts'
import { createStating } from './stating.ts'

/*
 * A key server that works with the middleware: what the one keeps back the other does not tell of, or tells falsely.
 * Author, book and reader are the real ones; between them is what the two make of it.
 */
const topic: Topic = { region: 'eastern', feeder: 'f1', kind: 'load', id: 'one' }
const start = instant(1_800_000_000_000)
const partyOf = (role: 'csms' | 'dso', last: string) => {
  const key = nodeCrypto.ephemeralKey()
  const eui = eui64(`02-00-00-00-00-02-00-${last}`)
  const peer = { eui, role, organisation: eui, thumbprint: role.padEnd(43, '-') }
  return { ...peer, key, publicKey: key.publicKey, notBefore: start }
}
type Lie = (told: HeadsRead) => HeadsRead
const honest: Lie = (told) => told
/** Whatever the key server signs for somebody else's reader to believe. */
const believing: Crypto = { ...nodeCrypto, verify: () => true }

/** An author says four things, of which the middleware brings the first two; the key server makes this of its heads. */
async function hiding(lie: Lie, crypto: Crypto = nodeCrypto, passes: number = 20) {
  const clock = testClock(start)
  const [author, reader] = [partyOf('csms', '01'), partyOf('dso', '02')]
  const members: readonly Member[] = [author, reader]
  const group = {
    ...emptyGroup(topic),
    members: [...members],
    from: Object.fromEntries(members.map(({ thumbprint }) => [thumbprint, 1])),
  }
  const book = createHeadBook('run', {
    clock,
    admission: { holds: () => true },
    groups: () => [group],
    groupOf: () => group,
    headsMax: { all: 100, ofAuthor: 100 },
  })
  const stating = createStating(
    { stateHeads: (heads) => Promise.resolve(ok(book.state(author, heads))) },
    memoryOutbox(),
    author,
    { clock, crypto: nodeCrypto, log: silentLog },
  )
  const progress = openProgress()
  const name = `${topicName(topic)} ${author.eui}`
  const found = new Set<string>()
  const watch = openHeadWatch({
    own: reader,
    keys: {
      readHeads: (asked) => Promise.resolve(ok(lie(book.read(reader, asked)))),
      standingOf: () => Promise.resolve(refused('unasked')),
    },
    keyrings: { publishing: () => refused('LeaseExpired') },
    directory: { learn: () => Promise.resolve(author as unknown as Peer) },
    stating: { state: () => Promise.resolve() },
    onFinding: ({ reason, detail }) => found.add(`${reason} ${detail?.split(' since')[0]}`),
    deps: { wall: clock, log: silentLog, crypto },
  })
  const selection = { kind: 'load' } as const
  const handle = (): Promise<void> => Promise.resolve()
  watch.watch({ selection, begins: 'first', progress, handle }, () => false)
  for (const sequence of [1, 2, 3, 4]) {
    stating.said(topic, sequence, clock.now(), { epoch: 1 })
    if (sequence <= 2) {
      const followed = { ...followFrom(0, clock.now()), last: sequence }
      progress.save(position(sequence), name, followed)
    }
    await stating.state(true)
    await clock.advance(limits.headsMillis)
  }
  for (let i = 0; i < passes; i++) {
    await stating.state(true)
    await clock.advance(limits.headsMillis)
  }
  await watch.close()
  return [...found]
}
const changing =
  (change: (head: HeadToldOf) => HeadToldOf): Lie =>
  (told) => ({
    ...told,
    heads: told.heads.map(change),
  })
/** Its last two are not told of, by a head that ends before them. */
const shortened = changing((head) => ({ ...head, last: Math.min(head.last, 2) }))
/** The true head of before them, at each asking. */
function replayed(change: (head: HeadToldOf, told: HeadsRead) => HeadToldOf): Lie {
  let kept: HeadToldOf | undefined
  return (told) => {
    kept = told.heads.find(({ last }) => last === 2) ?? kept
    return { ...told, heads: kept === undefined ? [] : [change(kept, told)] }
  }
}
const asItWas = (head: HeadToldOf): HeadToldOf => head
/** With the time of the newest. */
const dated = (head: HeadToldOf, { heads }: HeadsRead): HeadToldOf => ({
  ...head,
  at: heads[0]?.at ?? head.at,
})

test('an honest key server tells of what the middleware keeps back', async () => {
  expect(await hiding(honest)).toEqual(['SealWithheld 3 to 3'])
})

test('a head that the key server has shortened is found forged; believed without its signature, the end is hidden', async () => {
  expect(await hiding(shortened)).toContain('SealHeadForged 1 to 2')
  expect(await hiding(shortened, believing)).toEqual([])
})

test('an old head is found as silence; dated anew it is forged, and hides the end where that is believed', async () => {
  expect(await hiding(replayed(asItWas))).toEqual(['SealSilent signs nothing'])
  expect(await hiding(replayed(dated))).toContain('SealHeadForged 1 to 2')
  expect(await hiding(replayed(dated), believing)).toEqual([])
})

test('a key server that tells nothing at all of an author is found as silence of who was heard', async () => {
  expect(await hiding((told) => ({ ...told, heads: [] }))).toEqual(['SealSilent signs nothing'])
})

test('an author that speaks of nothing new for hours is not silent', async () => {
  expect(await hiding(honest, nodeCrypto, 400)).toEqual(['SealWithheld 3 to 3'])
})
