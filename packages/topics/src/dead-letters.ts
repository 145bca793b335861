import type { Carried } from '@interlock/bus'
import { limits, topicName, type SealedMessage } from '@interlock/contract'
import { toIso, type Instant } from '@interlock/kernel'
import type { Journal } from '@interlock/store'
import type { Finding } from './receive.ts'

/** A message that a reader could not use, sealed as it came, and why. */
export type DeadLetter = {
  /** 1, 2, 3 … as they were put aside. */
  readonly number: number
  /** When it was put aside, ISO 8601. */
  readonly at: string
  readonly topic: string
  readonly position: number
  readonly reason: Finding['reason']
  /** Whom its header names; proven where the reason is `SealContent` or `ReaderFailed`. */
  readonly author?: string
  readonly detail?: string
  readonly message: SealedMessage
}

/** What a reader has put aside, so that reading goes on and nothing is thrown away. */
export type DeadLetters = {
  /** @throws Fault when it cannot be written down: nothing is passed over then */
  put(carried: Carried, finding: Finding, at: Instant): void
  /** The oldest first. */
  readonly list: readonly DeadLetter[]
  close(): void
}

/** What was opened before it was put aside. */
const proven: readonly DeadLetter['reason'][] = ['SealContent', 'ReaderFailed']

/** On the disk before it counts; once, however often it is brought; `limits.deadLettersMax` at most. */
export function openDeadLetters(journal: Journal): DeadLetters {
  let kept: readonly DeadLetter[] = []
  const apply = (letter: DeadLetter): void => {
    kept = withRoom([...kept, letter])
  }
  for (const entry of journal.entries()) apply(entry as DeadLetter)
  return {
    put({ topic, position, message }, { reason, author, detail }, at) {
      const { head, body } = message
      if (kept.some((each) => each.message.head === head && each.message.body === body)) return
      const letter: DeadLetter = {
        number: (kept.at(-1)?.number ?? 0) + 1,
        at: toIso(at),
        topic: topicName(topic),
        position,
        reason,
        ...(author !== undefined && { author }),
        ...(detail !== undefined && { detail }),
        message,
      }
      journal.append(letter)
      apply(letter)
      if (journal.isLong) journal.rewrite(kept)
    },
    get list() {
      return kept
    },
    close: () => journal.close(),
  }
}

/**
 * The oldest goes of whoever has the most, of those that nobody is proven to have sent first: whoever carries could make
 * as many as it likes, and no author's unfit messages push out another's.
 */
function withRoom(letters: readonly DeadLetter[]): readonly DeadLetter[] {
  if (letters.length <= limits.deadLettersMax) return letters
  const unproven = letters.filter(({ reason }) => !proven.includes(reason))
  const byAuthor = new Map<string | undefined, DeadLetter[]>()
  for (const each of unproven.length > 0 ? unproven : letters) {
    const same = byAuthor.get(each.author)
    if (same === undefined) byAuthor.set(each.author, [each])
    else same.push(each)
  }
  const [most] = [...byAuthor.values()].toSorted((one, other) => other.length - one.length)
  return letters.filter((each) => each !== most?.[0])
}
