import {
  deliver,
  position,
  type Carried,
  type Carrier,
  type Position,
  type Selection,
} from '@interlock/bus'
import { limits, topicName } from '@interlock/contract'
import type { ActorDeps, Running } from '@interlock/host'
import { Fault, inSeconds, isBug, millis, type Timer } from '@interlock/kernel'
import { isDataException } from '@interlock/store'
import type { DeadLetters } from './dead-letters.ts'
import type { HeadWatch } from './head-watch.ts'
import { pause } from './pause.ts'
import type { Progress } from './progress.ts'
import { receive, type Finding, type Received, type Receiver, type Rules } from './receive.ts'
import { watchSilence } from './silence-watch.ts'
import { createWaitingRoom } from './waiting-room.ts'

export type Reading = Rules & {
  readonly selection: Selection
  readonly progress: Progress
  /**
   * Deals with one message. What it throws holds the reading there until it succeeds, as while its store is
   * away. A Fault `MessageUnfit` makes it a dead letter at once; a database that refuses the values, or a mistake
   * of the handler's own, in the end.
   */
  readonly handle: (received: Received) => Promise<void>
}

export type ReadingTools = {
  readonly carrier: Carrier
  readonly receiver: Receiver
  readonly onFinding: (finding: Finding) => void
  readonly deadLetters?: DeadLetters | undefined
  /** Looks for what authors say that they have said. */
  readonly heads?: Pick<HeadWatch, 'watch'>
  readonly deps: ActorDeps
}

type Message = Awaited<ReturnType<typeof receive>>
/** The first that waits of one topic, and how far it has come. */
type Looked = {
  readonly carried: Carried
  opened?: { readonly message: Message }
  attempts: number
  /** Taken or put aside: what is left is to write that down. */
  isDealtWith: boolean
}

const retryMillis = { first: 200, max: 5_000 } as const
/** Between looks whether what waits can be judged. */
const waitingSeconds = 5

/** Refused in the ordinary course of things, and of no use to anybody later. */
const passedOver: readonly Finding['reason'][] = ['SealNotForUs', 'SealExpired', 'SealRepeated']

/** No waiting mends content, values or a mistake of ours; a key that is awaited is waited for so long and no longer. */
function attemptsMax(cause: unknown): number {
  const code = cause instanceof Fault ? cause.code : undefined
  if (code === 'MessageUnfit') return 1
  const isBounded = code === 'SealEpochUnknown' || isDataException(cause) || isBug(cause)
  return isBounded ? limits.deliveryAttemptsMax : Infinity
}

/** Reads a selection from where the reader was, again after each loss of the middleware, until closed. */
export function startReading(reading: Reading, tools: ReadingTools): Running {
  const { selection, progress, handle } = reading
  const { carrier, receiver, onFinding, deadLetters, deps } = tools
  const stop = new AbortController()
  let wait: number = retryMillis.first
  let lastInterruption: string | undefined
  let isHeld = false
  /** What is being dealt with: opened once, for it may expire while it is held. */
  let current: { carried: Carried; message: Message } | undefined

  const room = createWaitingRoom()
  /** One message is dealt with at a time, of those that come and of those that wait. */
  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const ran = turn.then(work)
    turn = ran.catch(() => {})
    return ran
  }

  const step = async (carried: Carried): Promise<void> => {
    if (current?.carried !== carried) {
      current = undefined
      current = { carried, message: await openOrWait(carried) }
    }
    if (current.message !== undefined) await handle(current.message.received)
  }
  /** Behind what of its topic waits already, or until the key server says whether its epoch was in force. */
  async function openOrWait(carried: Carried): ReturnType<typeof receive> {
    if (room.holds(carried.position) || progress.isDone(carried.position)) return undefined
    if (!room.has(carried.topic))
      try {
        return await open(carried)
      } catch (cause) {
        if (!(cause instanceof Fault) || cause.code !== 'LeaseUnknown') throw cause
        deps.log.warn({ topic: topicName(carried.topic) }, 'a topic waits for the key server')
      }
    if (room.isFullFor(carried.topic)) {
      // Kept elsewhere before it gives its place: what cannot be kept holds the reading here.
      const gone = room.first(carried.topic) ?? carried
      const { topic, position: at } = gone
      const why = { reason: 'SealEpochUnknown', detail: 'waited too long' } as const
      if (!lookedAt(gone).isDealtWith) putAside(gone, { ...why, topic, position: at })
      if (gone === carried) return undefined
      leaveRoom(gone)
    }
    room.put(carried)
    lookAgain()
    return undefined
  }
  /** Kept first, and once, however often it is tried. */
  function putAside(carried: Carried, finding: Finding): void {
    deadLetters?.put(carried, finding, deps.wall.now())
    onFinding(finding)
  }
  function putDead(carried: Carried, message: Message, cause: unknown): void {
    const { topic, position: at } = carried
    const author = message?.received.head.author
    const finding = whyDead(cause, author, { topic, position: at })
    if (finding.reason === 'ReaderFailed')
      deps.log.error({ topic: topicName(topic), position: at, error: cause }, 'reader failed')
    putAside(carried, finding)
  }
  async function open(carried: Carried): ReturnType<typeof receive> {
    let found: Finding | undefined
    const message = await receive(carried, receiver, progress, reading, (finding) => {
      found = finding
      onFinding(finding)
    })
    if (message === undefined && found !== undefined && !passedOver.includes(found.reason))
      deadLetters?.put(carried, found, deps.wall.now())
    return message
  }
  const delivery = () => ({
    selection,
    after: progress.readFrom,
    handle: (carried: Carried) => inTurn(() => step(carried)),
    done(at: Carried['position']) {
      wait = retryMillis.first
      lastInterruption = undefined
      if (isHeld) deps.log.info({ selection, position: at }, 'reading goes on')
      isHeld = false
      // What the reader could not use was there all the same: its author's next follows on it.
      readTo = position(Math.max(at, readTo))
      noteWaiting()
      progress.save(farthest(at), current?.message?.name, current?.message?.followed)
      current = undefined
      return Promise.resolve()
    },
    attemptsMax,
    onHeld({ topic, position: at }: Carried, error: unknown) {
      isHeld = true
      deps.log.error({ topic: topicName(topic), position: at, error }, 'reading is held')
    },
    onDead: async (carried: Carried, cause: unknown) => putDead(carried, current?.message, cause),
  })

  const farthest = (at: Position): Position => position(Math.max(at, progress.position))

  /** How far it was read since this start: what waits after that is still to be brought again. */
  let readTo = position(0)
  function noteWaiting(without?: Position): void {
    const later = progress.waiting.filter((each) => each > readTo && !room.holds(each))
    progress.wait([...room.positions, ...later].filter((each) => each !== without))
  }
  let waiting: Timer | undefined
  function lookAgain(): void {
    waiting ??= deps.wall.after(inSeconds(waitingSeconds), 'waiting', async () => {
      try {
        for (const topic of room.topics) await inTurn(() => takeWaiting(topic)).catch(notTaken)
      } finally {
        waiting = undefined
        if (!stop.signal.aborted && room.topics.length > 0) lookAgain()
      }
    })
  }
  /** One topic's trouble is not another's: it is tried again at the next look. */
  const notTaken = (error: unknown): void =>
    deps.log.error({ selection, error }, 'what waits could not be taken')

  const looked = new Map<string, Looked>()
  function lookedAt(carried: Carried): Looked {
    const name = topicName(carried.topic)
    const its = looked.get(name)
    return its?.carried === carried ? its : { carried, attempts: 0, isDealtWith: false }
  }
  /** What of one topic waits, for as long as it can be judged and dealt with. */
  async function takeWaiting(topic: Carried['topic']): Promise<void> {
    for (let next = room.first(topic); next !== undefined; next = room.first(topic)) {
      if (stop.signal.aborted) return
      const its = lookedAt(next)
      looked.set(topicName(topic), its)
      if (!its.isDealtWith && !(await isDealtWith(its))) return
      its.isDealtWith = true
      leaveRoom(next)
    }
  }
  async function isDealtWith(its: Looked): Promise<boolean> {
    const { carried } = its
    try {
      its.opened ??= { message: await open(carried) }
      if (its.opened.message !== undefined) await handle(its.opened.message.received)
    } catch (cause) {
      if (cause instanceof Fault && cause.code === 'LeaseUnknown') return false
      if (++its.attempts < attemptsMax(cause)) {
        if (its.attempts === limits.deliveryAttemptsMax) notTaken(cause)
        return false
      }
      putDead(carried, its.opened?.message, cause)
    }
    return true
  }
  /** Written down before it leaves: what cannot be is written at the next look, and not dealt with again. */
  function leaveRoom(first: Carried): void {
    const message = lookedAt(first).opened?.message
    noteWaiting(first.position)
    progress.save(progress.position, message?.name, message?.followed)
    room.shift(first.topic)
    looked.delete(topicName(first.topic))
  }

  /** A middleware that has lost what it kept counts from one again; what it repeats the sequences tell. */
  async function demandPosition(): Promise<void> {
    const last = await carrier.last(selection.kind)
    if (last >= progress.position) return
    deps.log.warn({ selection, last, was: progress.position }, 'the middleware begins anew')
    room.clear()
    looked.clear()
    readTo = position(0)
    progress.wait([])
    progress.save(position(0))
  }

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        await demandPosition()
        await deliver(carrier, delivery(), { clock: deps.wall }, stop.signal)
      } catch (error) {
        // Once: a grant that is missing is missing at each attempt.
        const interruption = String(error)
        if (interruption !== lastInterruption)
          deps.log.warn({ selection, error }, 'reading was interrupted')
        lastInterruption = interruption
      }
      await pause(millis(wait), deps.wall, stop.signal)
      wait = Math.min(2 * wait, retryMillis.max)
    }
  }
  const ran = run()
  const silence = watchSilence(
    progress,
    () => isHeld,
    (topic) => room.has(topic),
    onFinding,
    deps,
  )
  const unwatch = tools.heads?.watch(reading, () => isHeld)
  return {
    async close() {
      stop.abort()
      unwatch?.()
      silence.cancel()
      waiting?.cancel()
      await ran
      await turn
      progress.close()
    },
  }
}

function whyDead(
  cause: unknown,
  author: string | undefined,
  where: Pick<Finding, 'topic' | 'position'>,
): Finding {
  if (author === undefined) return { reason: 'SealEpochUnknown', ...where }
  // What a mistake says of itself may have the content in it.
  if (isBug(cause))
    return { reason: 'ReaderFailed', ...where, author, detail: (cause as Error).name }
  return { reason: 'SealContent', ...where, author, detail: String(cause) }
}
