import {
  isSelected,
  limits,
  sealedTopic,
  topicName,
  type SealedMessage,
  type Topic,
  type TopicKind,
} from '@interlock/contract'
import { Fault, instant, type Clock, type Instant } from '@interlock/kernel'
import { topicsListedMax, type Carried, type Carrier, type KeptTopic } from './carrier.ts'
import type { Position, Selection } from './carrier.ts'
import { carrierFull, notCarried, tooLargeToCarry } from './carrier-faults.ts'

/** A publication that has its place yet to get. */
export type ToKeep = {
  readonly topic: Topic
  readonly message: SealedMessage
  readonly id: string
  readonly until: Instant
}

/** What is kept of one kind, at positions `first`, `first + 1` … without a hole. */
export type KeptLog = {
  readonly first: number
  readonly count: number
  positionOf(id: string): Position | undefined
  /** All of them, or none; kept when it returns. */
  append(some: readonly ToKeep[]): readonly Position[]
  topicAt(at: number): Topic | undefined
  messageAt(at: number): SealedMessage
  /** Kinds are kept for one length of time each, so the oldest is the first to go. */
  forget(now: Instant): void
  close(): void
}

export type KeptCarrierOptions = {
  readonly clock: Pick<Clock, 'now'>
  /** Messages of one kind that are kept at once; beyond them publishers are turned away. */
  readonly keptMax: number
  readonly openLog: (kind: TopicKind) => KeptLog
  /** Lets others have their turn: a reader goes through `runMax` of what is kept in one. */
  readonly breathe?: () => Promise<void>
}

/** What a reader goes through before others have their turn. */
export const runMax = 256

type Waiting = ToKeep & {
  readonly taken: (at: Position) => void
  readonly failed: (fault: unknown) => void
}
type Line = { readonly log: KeptLog; waiting: Waiting[]; readonly wakes: Set<() => void> }

/** The carrier of one process, over whatever keeps its messages; one write for all that come at once. */
export function keptCarrier({ clock, keptMax, openLog, breathe }: KeptCarrierOptions): Carrier {
  const lines = new Map<TopicKind, Line>()
  let isOpen = true

  function lineOf(kind: TopicKind): Line {
    const line = lines.get(kind) ?? { log: openLog(kind), waiting: [], wakes: new Set() }
    lines.set(kind, line)
    return line
  }

  function publish(topic: Topic, message: SealedMessage, id: string): Promise<Position> {
    if (!isOpen) return Promise.reject(new Fault('CarrierClosed', 'the carrier is closed'))
    const row = sealedTopic(topic.kind)
    if (row === undefined) return Promise.reject(notCarried(topic))
    const text = JSON.stringify(message)
    if (text.length > limits.frameBytesMax) return Promise.reject(tooLargeToCarry(topic))
    const line = lineOf(topic.kind)
    const until = instant(clock.now() + row.retentionMillis)
    return new Promise((taken, failed) => {
      const copy = JSON.parse(text) as SealedMessage
      line.waiting.push({ topic, message: copy, id, until, taken, failed })
      if (line.waiting.length === 1) queueMicrotask(() => keep(line))
    })
  }

  function keep({ log, wakes, waiting }: Line): void {
    const all = waiting.splice(0)
    try {
      log.forget(clock.now())
      const fresh = new Map<string, Waiting>()
      for (const each of all)
        if (log.positionOf(each.id) === undefined && log.count + fresh.size < keptMax)
          if (!fresh.has(each.id)) fresh.set(each.id, each)
      if (fresh.size > 0) log.append([...fresh.values()])
      for (const each of all) {
        const at = log.positionOf(each.id)
        if (at === undefined) each.failed(carrierFull(each.topic))
        else each.taken(at)
      }
      for (const wake of wakes) wake()
    } catch (cause) {
      for (const each of all) each.failed(cause)
    }
  }

  async function* read(
    selection: Selection,
    after: Position,
    signal: AbortSignal,
    mayRead: (topic: Topic) => boolean = () => true,
  ): AsyncGenerator<Carried> {
    const { log, wakes } = lineOf(selection.kind)
    let run = 0
    for (let next = after + 1; isOpen && !signal.aborted;) {
      if (run >= runMax) {
        run = 0
        await breathe?.()
        continue
      }
      log.forget(clock.now())
      next = Math.max(next, log.first)
      const topic = log.topicAt(next)
      if (topic === undefined) {
        run = 0
        await woken(wakes, signal)
        continue
      }
      run++
      const at = next++ as Position
      if (isSelected(selection, topic) && mayRead(topic))
        yield { topic, position: at, message: log.messageAt(at) }
    }
  }

  return {
    publish,
    read,
    topics(kind) {
      const { log } = lineOf(kind)
      log.forget(clock.now())
      const counts = new Map<string, KeptTopic>()
      for (let at = log.first; at < log.first + log.count; at++) {
        const topic = log.topicAt(at)
        if (topic === undefined) break
        const messages = (counts.get(topicName(topic))?.messages ?? 0) + 1
        if (messages > 1 || counts.size < topicsListedMax)
          counts.set(topicName(topic), { topic, messages })
      }
      return Promise.resolve([...counts.values()])
    },
    async last(kind) {
      const { first, count } = lineOf(kind).log
      return Promise.resolve((first + count - 1) as Position)
    },
    close() {
      isOpen = false
      for (const { wakes, log } of lines.values()) {
        for (const wake of wakes) wake()
        log.close()
      }
      return Promise.resolve()
    },
  }
}

/** Until something was published, or there is nothing more to wait for. */
const woken = (wakes: Set<() => void>, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const wake = (): void => {
      wakes.delete(wake)
      signal.removeEventListener('abort', wake)
      resolve()
    }
    wakes.add(wake)
    signal.addEventListener('abort', wake)
  })
