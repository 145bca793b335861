import type { Running } from './deps.ts'

/** What to close, in the order it was opened. */
export type Closers = (() => Promise<void> | void)[]

/**
 * Starts an actor whole or not at all: what `open` has pushed is closed, the last one first, when the
 * actor is, or when its start fails.
 */
export async function startWhole<Opened extends object>(
  open: (closers: Closers) => Promise<Opened>,
): Promise<Opened & Running> {
  const closers: Closers = []
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).toReversed()) await closer()
  }
  try {
    return { ...(await open(closers)), close }
  } catch (cause) {
    await close()
    throw cause
  }
}
