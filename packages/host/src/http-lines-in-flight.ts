import type { Activity } from '@interlock/kernel'

/** A line of a stream, by the request that opened it and by its number there, from 1. */
export const lineKey = (stream: string, number: number): string => `line/${stream}/${number}`

/** More than that no connection holds between the two ends. */
const underWayMax = 10_000

/**
 * Each line is in flight until its reader asks for the next: a line is not answered, so its reader says by
 * {@link lineKey} that it is dealt with. Of a stream that ends nothing is in flight any more.
 * @param stream `undefined` for a reader that names none, which nothing waits for
 */
export async function* linesInFlight(
  source: AsyncIterable<object>,
  stream: string | undefined,
  activity: Pick<Activity, 'begin' | 'end'>,
): AsyncGenerator<object> {
  let sent = 0
  try {
    for await (const each of source) {
      sent += 1
      if (stream !== undefined) activity.begin(lineKey(stream, sent))
      yield each
    }
  } finally {
    const first = stream === undefined ? sent + 1 : Math.max(1, sent - underWayMax)
    for (let number = first; number <= sent; number++) activity.end(lineKey(stream ?? '', number))
  }
}
