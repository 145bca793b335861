import {
  companionTopic,
  isGroup,
  isSelected,
  limits,
  mayPublish,
  parseTopic,
  sealedTopic,
  topicName,
  type HeadToldOf,
  type SilentAuthor,
  type Topic,
} from '@interlock/contract'
import type { ActorDeps, Running } from '@interlock/host'
import { Fault, millis, plus, type Crypto, type Eui64, type Timer } from '@interlock/kernel'
import type { Peer } from '@interlock/pki'
import { headHolds } from '@interlock/seal'
import { createDemands, type Demands } from './demands.ts'
import type { Directory } from './directory.ts'
import type { KeyClient } from './key-client.ts'
import type { Keyrings } from './keyrings.ts'
import { pause } from './pause.ts'
import type { Reading } from './reading.ts'
import type { Finding } from './receive.ts'
import { refusalsLogged } from './refusals-logged.ts'
import { createStandings, type Standings } from './standings.ts'
import type { Stating } from './stating.ts'

/**
 * Asks the key server what authors say that they have said, and looks whether the middleware brings it: also from
 * the start of an author, at its end, and where it brings nothing at all.
 */
export type HeadWatch = Running & {
  /** @returns what ends it */
  watch(reading: Reading, isHeld: () => boolean): () => void
  /** A group topic that is joined: its leases are to come. */
  joined(topic: Topic): void
  left(topic: Topic): void
}

export type HeadWatchOptions = {
  /** Whose watch it is. */
  readonly own: Pick<Peer, 'role' | 'thumbprint' | 'notBefore'>
  readonly keys: Pick<KeyClient, 'readHeads' | 'standingOf'>
  readonly keyrings: Pick<Keyrings, 'publishing'>
  readonly directory: Pick<Directory, 'learn'>
  readonly stating: Pick<Stating, 'state'>
  readonly onFinding: (finding: Finding) => void
  readonly deps: Pick<ActorDeps, 'wall' | 'log'> & { readonly crypto: Crypto }
}

type Watched = {
  readonly reading: Reading
  readonly demands: Demands
  readonly standings: Standings
  readonly isHeld: () => boolean
}
type Joined = { readonly topic: Topic; looks: number }

/** Leases that are asked about in one round, where none has come. */
const leasesAskedMax = 16
const closeMillis = 2_000

export function openHeadWatch(options: HeadWatchOptions): HeadWatch {
  const { own, keys, keyrings, directory, stating, onFinding, deps } = options
  const { wall, log, crypto } = deps
  const { role } = own
  const watched = new Set<Watched>()
  const onRefused = refusalsLogged(log, 'the key server does not tell how far authors have come')
  const groups = new Map<string, Joined>()
  /** Authors that were silent at the last look, and of those who were told of. */
  let silent: ReadonlyMap<Eui64, 'new' | 'told'> = new Map()
  let asked: { readonly run: string; readonly next: number } | undefined
  /** Whatever is read besides from now on has to be told from its beginning. */
  let isMoreWatched = false
  let askedAt = wall.now()
  let isAway = false
  let timer: Timer
  let round: Promise<void> = Promise.resolve()
  const stop = new AbortController()
  const askMillis = role === 'station' ? limits.headsOfStationsMillis : 0

  const isAuthor = (): boolean =>
    [...groups.values()].some(({ topic }) => mayPublish(role, topic.kind))

  async function run(): Promise<void> {
    await stating.state(isAuthor())
    if (wall.now() - askedAt < askMillis) return
    askedAt = wall.now()
    await ask()
    for (const { demands, standings, isHeld } of watched)
      if (!isHeld())
        for (const finding of [...demands.look(wall.now()), ...standings.look(wall.now())])
          onFinding(finding)
    await lookAtLeases()
  }

  async function ask(): Promise<void> {
    const kinds = [...new Set([...watched].map(({ reading }) => reading.selection.kind))].toSorted()
    if (kinds.length === 0) return
    if (isMoreWatched) asked = undefined
    isMoreWatched = false
    for (let more = true; more && !stop.signal.aborted;) {
      const { run: of = '', next: after = 0 } = asked ?? {}
      const answer = await keys.readHeads({ kinds, run: of, after })
      if (!answer.ok) return onRefused(answer)
      onRefused(undefined)
      const { run: now, next, heads, silent: authors } = answer.value
      for (const head of heads) await tell(head)
      // Not before: what was not told, for the key server went away, is asked for again.
      asked = { run: now, next }
      more = answer.value.more
      if (!more) await tellSilent(authors)
    }
  }

  /** Who hears that author there, if anybody does. */
  async function hearersOf(topic: Topic, by: string) {
    const author = await directory.learn(by)
    const hearers = [...watched].filter(
      ({ reading }) =>
        author !== undefined &&
        isSelected(reading.selection, topic) &&
        (reading.hears?.(author, topic) ?? true),
    )
    return { author, hearers }
  }
  async function tell(head: HeadToldOf): Promise<void> {
    const topic = parseTopic(head.topic)
    if (topic === undefined) return
    const { author, hearers } = await hearersOf(topic, head.by)
    if (author === undefined || hearers.length === 0) return
    const of = { topic, author: author.eui }
    if (!isForUs(head, topic) || !headHolds(head, author, crypto))
      return onFinding({ reason: 'SealHeadForged', ...of, detail: `${head.first} to ${head.last}` })
    for (const { demands, standings } of hearers) {
      const goesBack = standings.told(of, head)
      if (goesBack !== undefined) onFinding(goesBack)
      demands.told(author.eui, head)
    }
  }
  /** A key server that shows what was said to others would make a reader miss that. */
  function isForUs({ to }: HeadToldOf, { kind }: Topic): boolean {
    const protection = sealedTopic(kind)?.protection ?? 'signed'
    return isGroup(protection) || to === (protection === 'signed' ? 'everyone' : own.thumbprint)
  }
  /** Told at the second look, and once: an author may just be about to speak. */
  async function tellSilent(authors: readonly SilentAuthor[]): Promise<void> {
    const now = new Map<Eui64, 'new' | 'told'>()
    for (const { topic: name, by, since } of authors) {
      const topic = parseTopic(name)
      if (topic === undefined) continue
      const { author: of, hearers } = await hearersOf(topic, by)
      if (of === undefined || hearers.length === 0) continue
      const author = of.eui
      const before = silent.get(author)
      now.set(author, before === undefined ? 'new' : 'told')
      if (before !== 'new') continue
      onFinding({ reason: 'SealSilent', topic, author, detail: `states nothing since ${since}` })
    }
    silent = now
  }

  /** Where the key server leases and no lease is brought, the middleware keeps it back. */
  async function lookAtLeases(): Promise<void> {
    const lacking = [...groups.values()].filter(
      (group) => !(keyrings.publishing(group.topic, wall.now()).ok && clear(group)),
    )
    for (const group of lacking.slice(0, leasesAskedMax)) {
      // Behind the others: each has its turn.
      const name = topicName(group.topic)
      if (groups.delete(name)) groups.set(name, group)
      const standing = await keys.standingOf(group.topic)
      const isLeased = standing.ok && standing.value.until > wall.now()
      group.looks = isLeased ? group.looks + 1 : 0
      if (group.looks !== limits.headLooksMax + 1) continue
      const topic = companionTopic(group.topic, 'lease')
      onFinding({ reason: 'SealWithheld', topic, detail: 'no lease has come' })
    }
  }
  function clear(group: Joined): true {
    group.looks = 0
    return true
  }

  async function tried(): Promise<void> {
    try {
      await run()
      isAway = false
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      if (!isAway) log.warn({ error }, 'nothing is stated or looked for')
      isAway = true
    }
  }
  function again(): void {
    timer = wall.after(millis(limits.headsMillis), 'heads', async () => {
      round = tried()
      await round
      if (!stop.signal.aborted) again()
    })
  }
  again()

  return {
    watch(reading, isHeld) {
      const { kind } = reading.selection
      // The key server's own: of these leases tell.
      if (kind === 'epoch' || kind === 'lease') return () => {}
      const each: Watched = {
        reading,
        demands: createDemands(reading.progress, reading.since),
        standings: createStandings(reading, {
          openedAt: wall.now(),
          knownFrom: plus(own.notBefore, millis(limits.stationSilentMillis)),
          isToldSilent: (author) => silent.has(author),
        }),
        isHeld,
      }
      watched.add(each)
      isMoreWatched = true
      return () => watched.delete(each)
    },
    joined(topic) {
      const name = topicName(topic)
      if (isGroup(sealedTopic(topic.kind)?.protection ?? 'signed') && !groups.has(name))
        groups.set(name, { topic, looks: 0 })
    },
    left: (topic) => void groups.delete(topicName(topic)),
    async close() {
      stop.abort()
      timer.cancel()
      // What was said last is known to readers, if the key server is there.
      const done = new AbortController()
      void round
        .then(() => stating.state(false))
        .catch(() => {})
        .finally(() => done.abort())
      await pause(millis(closeMillis), wall, done.signal)
    },
  }
}
