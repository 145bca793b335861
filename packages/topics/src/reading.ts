import { deliver, position, type Carried, type Carrier, type Selection } from '@interlock/bus'
import { parseTopic, sealedTopic, type SealRefusal } from '@interlock/contract'
import type { ActorDeps, Running } from '@interlock/host'
import { Fault, inSeconds, millis, type Timer } from '@interlock/kernel'
import { isSilent, type Followed } from '@interlock/seal'
import { pause } from './pause.ts'
import type { Progress } from './progress.ts'
import { receive, type Finding, type Received, type Receiver, type Rules } from './receive.ts'

export type Reading = Rules & {
  readonly selection: Selection
  readonly progress: Progress
  /** Deals with one message. What it throws is tried again, and then is a dead letter. */
  readonly handle: (received: Received) => Promise<void>
  /** A message that could not be dealt with, sealed as it came. Resolves when it is kept elsewhere. */
  readonly onDead?: (carried: Carried, cause: unknown) => Promise<void>
}

export type ReadingTools = {
  readonly carrier: Carrier
  readonly receiver: Receiver
  readonly onFinding: (finding: Finding) => void
  readonly deps: ActorDeps
}

const retryMillis = { first: 200, max: 5_000 } as const
const silenceSeconds = 5

/** Reads a selection from where the reader was, again after each loss of the middleware, until closed. */
export function startReading(reading: Reading, tools: ReadingTools): Running {
  const { selection, progress, handle } = reading
  const { carrier, receiver, onFinding, deps } = tools
  const stop = new AbortController()
  let wait: number = retryMillis.first
  let lastInterruption: string | undefined
  let taken: { name: string; followed: Followed } | undefined

  const step = async (carried: Carried): Promise<void> => {
    taken = undefined
    const message = await receive(carried, receiver, progress, reading, onFinding)
    if (message === undefined) return
    await handle(message.received)
    taken = message
  }
  const delivery = () => ({
    selection,
    after: progress.position,
    handle: step,
    done(at: Carried['position']) {
      wait = retryMillis.first
      lastInterruption = undefined
      progress.save(at, taken?.name, taken?.followed)
      taken = undefined
      return Promise.resolve()
    },
    async onDead(carried: Carried, cause: unknown) {
      if (cause instanceof Fault && cause.code === 'SealEpochUnknown') {
        const { topic, position } = carried
        onFinding({ reason: 'SealEpochUnknown' satisfies SealRefusal, topic, position })
      }
      await reading.onDead?.(carried, cause)
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
  const silence = watchSilence(progress, onFinding, deps)
  return {
    async close() {
      stop.abort()
      silence.cancel()
      await ran
      progress.close()
    },
  }
}

/** Tells of each author that has been silent for longer than its topic allows, once until it speaks. */
function watchSilence(
  progress: Progress,
  onFinding: (finding: Finding) => void,
  { wall }: ActorDeps,
): Timer {
  const told = new Map<string, number>()
  let timer: Timer
  const look = (): void => {
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
    again()
  }
  const again = (): void => {
    timer = wall.after(inSeconds(silenceSeconds), 'silence', look)
  }
  again()
  return { cancel: () => timer.cancel() }
}
