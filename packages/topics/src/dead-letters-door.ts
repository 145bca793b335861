import { limits } from '@interlock/contract'
import { problem, type Endpoint, type HttpRequest, type Reply } from '@interlock/host'
import { instant, toIso, type Eui64, type Role } from '@interlock/kernel'
import { readHead } from '@interlock/seal'
import { Type, type Static } from 'typebox'
import type { DeadLetter } from './dead-letters.ts'

const orNull = <Schema extends ReturnType<typeof Type.String> | ReturnType<typeof Type.Integer>>(
  schema: Schema,
) => Type.Union([schema, Type.Null()])
const Moment = Type.String({ format: 'date-time' })

/** A dead letter as people see it: why, of whom and when, and nothing of what is inside. */
export const DeadLetterShown = Type.Object(
  {
    number: Type.Integer({ minimum: 1 }),
    /** When it was put aside. */
    at: Moment,
    reason: Type.String(),
    detail: orNull(Type.String()),
    topic: Type.String(),
    position: Type.Integer({ minimum: 0 }),
    /** As its header says, proven or not. */
    author: orNull(Type.String()),
    sequence: orNull(Type.Integer({ minimum: 0 })),
    sealedAt: orNull(Moment),
  },
  { additionalProperties: false },
)
export type DeadLetterShown = Static<typeof DeadLetterShown>
/** The newest first; `next` is the `cursor` of the page after it. */
export type DeadLettersPage = {
  readonly items: readonly DeadLetterShown[]
  readonly next: string | null
}

export type AskedLetters = { readonly before?: number; readonly limit: number }

export function deadLettersPage(
  letters: readonly DeadLetter[],
  { before = Infinity, limit }: AskedLetters,
): DeadLettersPage {
  const older = letters.filter(({ number }) => number < before)
  const items = older.slice(-limit).toReversed().map(shown)
  const last = items.at(-1)
  return { items, next: last && older.length > limit ? `${last.number}` : null }
}

function shown({ number, at, reason, detail, topic, position, message }: DeadLetter) {
  const read = readHead(message.head)
  const head = read.ok ? read.value.head : undefined
  return {
    number,
    at,
    reason,
    detail: detail ?? null,
    topic,
    position,
    author: head?.author ?? null,
    sequence: head?.seq ?? null,
    sealedAt: head ? toIso(instant(head.iat)) : null,
  } satisfies DeadLetterShown
}

/**
 * Where an actor's own people see what its readings have put aside.
 * @param own nobody of another organisation is answered
 */
export const deadLettersDoor = ({
  letters,
  own,
  roles,
}: {
  readonly letters: () => readonly DeadLetter[]
  readonly own: () => Eui64
  readonly roles: readonly Role[]
}): Endpoint => ({
  method: 'GET',
  url: '/api/v1/dead-letters',
  roles,
  summary: 'Messages by topic that could not be used, and why, the newest first.',
  answer: Type.Object({
    items: Type.Array(DeadLetterShown),
    next: Type.Union([Type.String(), Type.Null()]),
  }),
  handle({ peer, query }) {
    if (peer.organisation !== own())
      return problem('NotPermitted', 'for its own organisation alone')
    const asked = askedIn(query)
    return 'status' in asked ? asked : { status: 200, body: deadLettersPage(letters(), asked) }
  },
})

function askedIn({ cursor, limit: text = '50' }: HttpRequest['query']): AskedLetters | Reply {
  const limit = /^[1-9]\d{0,2}$/.test(text) ? Number(text) : Infinity
  if (limit > limits.deadLettersMax)
    return problem('BodyInvalid', `limit is 1 to ${limits.deadLettersMax}`)
  if (cursor === undefined) return { limit }
  if (!/^\d{1,15}$/.test(cursor)) return problem('BodyInvalid', 'cursor')
  return { limit, before: Number(cursor) }
}
