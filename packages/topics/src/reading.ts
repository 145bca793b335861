import { deliver, position, type Carried, type Carrier, type Selection } from '@interlock/bus'
import { limits, parseTopic, sealedTopic, topicName } from '@interlock/contract'
import type { ActorDeps, Running } from '@interlock/host'
import { Fault, inSeconds, isBug, millis, type Timer } from '@interlock/kernel'
import { isSilent } from '@interlock/seal'
import { isDataException } from '@interlock/store'
import type { DeadLetters } from './dead-letters.ts'
import type { HeadWatch } from './head-watch.ts'
import { pause } from './pause.ts'
import type { Progress } from './progress.ts'
import { receive, type Finding, type Received, type Receiver, type Rules } from './receive.ts'

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

const retryMillis = { first: 200, max: 5_000 } as const
const silenceSeconds = 5

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
  let current: { carried: Carried; message: Awaited<ReturnType<typeof receive>> } | undefined

  const step = async (carried: Carried): Promise<void> => {
    if (current?.carried !== carried) {
      current = undefined
      current = { carried, message: await open(carried) }
    }
    if (current.message !== undefined) await handle(current.message.received)
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
    after: progress.position,
    handle: step,
    done(at: Carried['position']) {
      wait = retryMillis.first
      lastInterruption = undefined
      if (isHeld) deps.log.info({ selection, position: at }, 'reading goes on')
      isHeld = false
      // What the reader could not use was there all the same: its author's next follows on it.
      progress.save(at, current?.message?.name, current?.message?.followed)
      current = undefined
      return Promise.resolve()
    },
    attemptsMax,
    onHeld({ topic, position: at }: Carried, error: unknown) {
      isHeld = true
      deps.log.error({ topic: topicName(topic), position: at, error }, 'reading is held')
    },
    onDead(carried: Carried, cause: unknown) {
      const { topic, position: at } = carried
      const author = current?.message?.received.head.author
      const finding = whyDead(cause, author, { topic, position: at })
      if (finding.reason === 'ReaderFailed')
        deps.log.error({ topic: topicName(topic), position: at, error: cause }, 'reader failed')
      onFinding(finding)
      deadLetters?.put(carried, finding, deps.wall.now())
      return Promise.resolve()
    },
  })

  /** A middleware that has lost what it kept counts from one again; what it repeats the sequences tell. */
  async function demandPosition(): Promise<void> {
    const last = await carrier.last(selection.kind)
    if (last >= progress.position) return
    deps.log.warn({ selection, last, was: progress.position }, 'the middleware begins anew')
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
  const silence = watchSilence(progress, () => isHeld, onFinding, deps)
  const unwatch = tools.heads?.watch(reading, () => isHeld)
  return {
    async close() {
      stop.abort()
      unwatch?.()
      silence.cancel()
      await ran
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

/**
 * Tells of each author that has been silent for longer than its topic allows, once until it speaks. Who is held up
 * hears nobody, and then has what waited to catch up with: it looks at the authors anew a look later.
 */
function watchSilence(
  progress: Progress,
  isHeld: () => boolean,
  onFinding: (finding: Finding) => void,
  { wall }: ActorDeps,
): Timer {
  const told = new Map<string, number>()
  let timer: Timer
  let wasHeld = false
  const look = (): void => {
    const isDeaf = wasHeld || isHeld()
    wasHeld = isHeld()
    if (!isDeaf) tellSilent()
    again()
  }
  function tellSilent(): void {
    for (const [name, followed] of progress.all) {
      const [topicText = '', author = ''] = name.split(' ')
      const topic = parseTopic(topicText)
      const silence = topic && sealedTopic(topic.kind)?.silenceMillis
      if (topic === undefined || silence === undefined) continue
      if (!isSilent(followed, millis(silence), wall.now())) continue
      if (told.get(name) === followed.last) continue
      told.set(name, followed.last)
      onFinding({ reason: 'SealSilent', topic, author, detail: `since ${followed.saidAt}` })
    }
  }
  const again = (): void => {
    timer = wall.after(inSeconds(silenceSeconds), 'silence', look)
  }
  again()
  return { cancel: () => timer.cancel() }
}
