import { parseTopic, sealedTopic, topicName, type Topic } from '@interlock/contract'
import {
  ensureDir,
  portsOf,
  watchRevocations,
  type ActorDeps,
  type Identity,
  type Running,
} from '@interlock/host'
import { eui64, Fault, millis, refused, type Outcome } from '@interlock/kernel'
import type { MiddlewareConfig } from './config.ts'
import { openExchange, type Exchange } from './exchange.ts'
import { cappedFindings } from './capped-findings.ts'
import { openDeadLetters, type DeadLetter } from './dead-letters.ts'
import { createMemberships } from './memberships.ts'
import { journalOutbox } from './outbox-store.ts'
import { pause } from './pause.ts'
import { openProgress } from './progress.ts'
import type { Reading } from './reading.ts'
import type { Finding } from './receive.ts'
import { openTelling } from './telling.ts'

/** What an actor reads, for as long as it runs; how far it has come is kept under `name`. */
export type Following = Omit<Reading, 'progress' | 'wants' | 'since'> & {
  readonly name: string
  /** Nothing of it is kept, neither here nor by the reader: read from its beginning at each start. */
  readonly isFresh?: true
}

/**
 * What a running actor has of the middleware, whether that is there at the moment or not: an actor starts, and
 * goes on, without it.
 */
export type Topics = Running & {
  /** Says it now or not at all, for what is of no use later. Refused with `MiddlewareAway` while it is away. */
  publish(topic: Topic, payload: unknown): Promise<Outcome<unknown, string>>
  /**
   * Says it as soon as it can be said, also after a restart. False when too much waits already.
   * @throws Fault when it cannot be written down
   */
  tell(topic: Topic, payload: unknown): boolean
  /** Is a member there from now on: asks until it is taken, and again where it no longer is. */
  join(topic: Topic): void
  /** Reads there from now on, of what it has joined. */
  follow(following: Following): void
  readonly isOpen: boolean
  /** What its readings have put aside, the oldest first. */
  readonly deadLetters: readonly DeadLetter[]
}

export type TopicsOptions = {
  readonly config: MiddlewareConfig
  /** `undefined` until there is one. With another one than before everything is opened anew. */
  readonly identity: () => Identity | undefined
  readonly rootPem: string
  /** What the actor knows of revocations besides the file that its config may name. */
  readonly revoked?: (serialHex: string) => boolean
  /** Folder for what was said and not yet taken, and for how far each reading has come. */
  readonly data: string
  /** Writes down what is found wrong with what the middleware brings: so much a minute at most. */
  readonly note: (kind: 'MiddlewareFinding', data: Readonly<Record<string, unknown>>) => void
  /** There is no ground (any more) to read a topic: what a consent had let it keep is to go. Told at each refusal. */
  readonly onGroundless?: (topic: Topic) => void
  readonly deps: ActorDeps
}

const retryMillis = { first: 500, max: 30_000 } as const
const lookMillis = 1_000

/** @throws Fault when what it keeps cannot be read */
export function openTopics(options: TopicsOptions): Topics {
  const { config, data, deps } = options
  const { openJournal } = portsOf(deps)
  const { activity, wall, log } = deps
  const folder = `${data}/topics`
  ensureDir(folder)
  const closing = new AbortController()
  const followed = new Map<string, Following>()
  const memberships = createMemberships(wall, options.onGroundless)
  const onFinding = cappedFindings(({ reason, topic, author, detail }: Finding) => {
    const found = { reason, topic: topicName(topic), author: author ?? null }
    options.note('MiddlewareFinding', { ...found, detail: detail ?? null })
  }, deps)
  const revocations = watchRevocations({
    path: config.revocations,
    rootPem: options.rootPem,
    wall,
    log,
  })
  const revoked = (serialHex: string): boolean =>
    revocations.revoked(serialHex) || options.revoked?.(serialHex) === true
  let exchange: Exchange | undefined
  let holder: string | undefined
  let isReading = false

  async function publish(topic: Topic, payload: unknown): Promise<Outcome<unknown, string>> {
    if (exchange === undefined) return refused('MiddlewareAway')
    return exchange.publish(topic, payload)
  }
  const telling = openTelling(openJournal(`${folder}/telling.journal`), publish, deps)

  const deadLetters = openDeadLetters(openJournal(`${folder}/dead-letters.journal`))
  if (deadLetters.list.length > 0)
    log.warn({ count: deadLetters.list.length }, 'dead letters are kept')

  async function open(identity: Identity): Promise<void> {
    exchange = await openExchange({
      identity,
      rootPem: options.rootPem,
      revoked,
      accessPoint: config.accessPoint,
      keys: config.keys,
      keyServer: eui64(config.keyServer),
      outbox: journalOutbox(openJournal(`${folder}/outbox.journal`), deps.clock),
      onFinding,
      deadLetters,
      deps,
    })
    holder = identity.peer.thumbprint
  }
  /** Keys first: by them is opened what was kept meanwhile. */
  function startReading(): void {
    if (exchange === undefined || isReading) return
    isReading = true
    for (const each of followed.values()) read(exchange, each)
  }
  function read(from: Exchange, { name, isFresh, ...reading }: Following): void {
    const journal = isFresh === true ? undefined : openJournal(`${folder}/${name}.journal`)
    const progress = openProgress(journal)
    from.read({ ...reading, progress, wants: isWanted, since: (topic) => memberships.since(topic) })
  }
  /** What is sealed for members is for others to leave alone, whatever the middleware brings. */
  function isWanted(topic: Topic): boolean {
    const protection = sealedTopic(topic.kind)?.protection ?? 'signed'
    return protection === 'signed' || memberships.has(topic)
  }
  async function shut(): Promise<void> {
    const open = exchange
    exchange = undefined
    isReading = false
    memberships.lapse()
    await open?.close()
  }

  async function keepOpen(): Promise<void> {
    let wait: number = retryMillis.first
    let isTold = false
    while (!closing.signal.aborted) {
      const identity = options.identity()
      const isOpening = identity !== undefined && identity.peer.thumbprint !== holder
      // A stepped clock waits, or it would depend on how fast this is who is heard first.
      const tried = isOpening ? activity.begin(`topics/${crypto.randomUUID()}`) : undefined
      if (exchange !== undefined && identity?.peer.thumbprint !== holder) await shut()
      let rest: number = lookMillis
      try {
        if (exchange === undefined && identity !== undefined) await open(identity)
        if (exchange !== undefined) {
          await memberships.ask(exchange)
          startReading()
          wait = retryMillis.first
          isTold = false
        }
      } catch (error) {
        if (!isTold) log.warn({ error }, 'the middleware is away')
        isTold = true
        rest = wait
        wait = Math.min(2 * wait, retryMillis.max)
      } finally {
        tried?.()
      }
      await pause(millis(rest), wall, closing.signal)
    }
    await shut()
  }
  const kept = keepOpen()

  return {
    publish,
    tell: (topic, payload) => telling.tell(demandTopic(topic), payload),
    join: (topic) => memberships.add(demandTopic(topic)),
    follow(following) {
      followed.set(following.name, following)
      if (exchange !== undefined && isReading) read(exchange, following)
    },
    get isOpen() {
      return exchange !== undefined
    },
    get deadLetters() {
      return deadLetters.list
    },
    async close() {
      closing.abort()
      const told = telling.close()
      // A join may be waiting for its key, which then ends.
      await Promise.all([shut(), kept])
      await told
      await revocations.close()
      deadLetters.close()
    },
  }
}

/** @throws Fault `ConfigInvalid` for what has no name as a topic. */
export function demandTopic(topic: Topic): Topic {
  if (parseTopic(topicName(topic)) !== undefined) return topic
  throw new Fault('ConfigInvalid', `${topicName(topic)} is no topic`, {
    remedy: 'region and feeder have no spaces, and are 64 characters at most',
  })
}
