import { assert } from '@interlock/kernel'

/** Rows waiting to be written together. */
export type GroupCommit<Row> = {
  /** Resolves when the row is durable; rejects when it is not, and then nothing was acknowledged. */
  add(row: Row): Promise<void>
}

type Waiting<Item, Result> = {
  readonly item: Item
  resolve(result: Result | Promise<Result>): void
  reject(cause: unknown): void
}

export class QueueFull extends Error {
  override readonly name = 'QueueFull'
}

type GroupOptions = {
  /** Whether rows are to blame; what else goes wrong would go wrong for each of them again. */
  readonly blamesRows: (cause: unknown) => boolean
  /** Of one statement. */
  readonly rowsMax: number
  readonly queueMax: number
}
/** Gives each item's own result, in their order. */
type Statement<Item, Result> = (
  items: readonly Item[],
) => Promise<readonly (Result | Promise<Result>)[]>

/**
 * Writes what came in while the last write was under way as one statement. A street of stations
 * shares the cost of making an event durable, and none waits longer than two writes. A statement that
 * fails because of a row in it is written again by halves, until that row alone has failed.
 */
export function groupCommit<Row>(
  options: GroupOptions & { readonly insert: (rows: readonly Row[]) => Promise<void> },
): GroupCommit<Row> {
  const add = inGroups<Row, void>(options, async (rows) => {
    await options.insert(rows)
    return rows.map(() => undefined)
  })
  return { add }
}

/** The same for statements that answer: what is asked during one is asked together in the next. */
export function inGroups<Item, Result>(
  options: GroupOptions,
  statement: Statement<Item, Result>,
): (item: Item) => Promise<Result> {
  let queue: Waiting<Item, Result>[] = []
  let busy = false

  const workOff = async (): Promise<void> => {
    busy = true
    while (queue.length > 0) {
      const group = queue.slice(0, options.rowsMax)
      queue = queue.slice(options.rowsMax)
      await doGroup(group, statement, options.blamesRows)
    }
    busy = false
  }

  return (item) => {
    if (queue.length >= options.queueMax)
      return Promise.reject(new QueueFull('too much waits for the database'))
    const done = new Promise<Result>((resolve, reject) => queue.push({ item, resolve, reject }))
    if (!busy) void workOff()
    return done
  }
}

async function doGroup<Item, Result>(
  group: readonly Waiting<Item, Result>[],
  statement: Statement<Item, Result>,
  blamesRows: GroupOptions['blamesRows'],
): Promise<void> {
  try {
    const results = await statement(group.map((waiting) => waiting.item))
    assert(results.length === group.length, 'each item has its result')
    for (const [at, waiting] of group.entries()) waiting.resolve(results[at] as Result)
  } catch (cause) {
    if (group.length > 1 && blamesRows(cause)) {
      const half = Math.ceil(group.length / 2)
      await doGroup(group.slice(0, half), statement, blamesRows)
      await doGroup(group.slice(half), statement, blamesRows)
      return
    }
    for (const waiting of group) waiting.reject(cause)
  }
}
