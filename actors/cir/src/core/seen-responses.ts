import type { Instant } from '@interlock/kernel'

/** A response that was accepted. */
export type SeenResponse = {
  readonly counter: number
  /** What it answers (`answeredTo`), by which it is told apart. */
  readonly challenge: string
  readonly station: string
  /** Two operators may give their stations one name, so a response is of the operator that first told of it. */
  readonly operator: string
  /** By the register's own clock: whatever was said of when it was, the card had made it by then. */
  readonly toldAt: Instant
  readonly isLate?: true
}

/** What is remembered of a card's responses. JSON values only. */
export type Responses = {
  /** Of which key they are: another card with the number counts anew. */
  readonly key: string
  /** The latest by their count, oldest first. */
  readonly seen: readonly SeenResponse[]
}

/** Those of that key; without a key nothing is anybody's response. */
export const seenOf = (responses: Responses | undefined, key: string | null) =>
  responses !== undefined && responses.key === key ? responses.seen : []

export function withResponse(
  responses: Responses | undefined,
  response: SeenResponse,
  key: string,
  seenMax: number,
): Responses {
  const seen = [...seenOf(responses, key), response]
  return { key, seen: seen.sort((a, b) => a.counter - b.counter).slice(-seenMax) }
}

/** Of those with a higher count, one that the register had been told of before that moment. */
export const laterToldBefore = (
  seen: readonly SeenResponse[],
  counter: number,
  moment: number,
): SeenResponse | undefined => seen.find((each) => each.counter > counter && each.toldAt < moment)

/**
 * Proof of two cards: what the key of one that counts up cannot have signed. It rests on no operator's word and no operator's
 * clock, so that nobody accuses a card but its key.
 *
 * @param issuedAt of the register's number in its challenge, by the register's clock; `undefined` without a valid one
 * @param skewMillis by how much the register's clock may have been put back in between
 * @returns what was seen, in a few words
 */
export function cloneIn(
  seen: readonly SeenResponse[],
  { counter, challenge }: Pick<SeenResponse, 'counter' | 'challenge'>,
  issuedAt: Instant | undefined,
  skewMillis: number,
): string | undefined {
  const same = seen.find((each) => each.counter === counter)
  if (same !== undefined && same.challenge !== challenge)
    return `count ${counter} has answered another challenge, ${whereOf(same)}`
  const later =
    issuedAt === undefined ? undefined : laterToldBefore(seen, counter, issuedAt - skewMillis)
  return later && `count ${counter} is of after count ${later.counter}, ${whereOf(later)}`
}

const whereOf = ({ operator, station }: SeenResponse): string => `at ${operator} ${station}`
