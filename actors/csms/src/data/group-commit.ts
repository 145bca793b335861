/** Rows waiting to be written together. */
export type GroupCommit<Row> = {
  /** Resolves when the row is durable; rejects when it is not, and then nothing was acknowledged. */
  add(row: Row): Promise<void>
}

type Waiting<Row> = { readonly row: Row; resolve(): void; reject(cause: unknown): void }

export class QueueFull extends Error {
  override readonly name = 'QueueFull'
}

/**
 * Writes what came in while the last write was under way as one statement. A street of stations
 * shares the cost of making an event durable, and none waits longer than two writes. A statement that
 * fails because of a row in it is written again by halves, until that row alone has failed.
 */
export function groupCommit<Row>(options: {
  readonly insert: (rows: readonly Row[]) => Promise<void>
  /** Whether rows are to blame; what else goes wrong would go wrong for each of them again. */
  readonly blamesRows: (cause: unknown) => boolean
  readonly rowsMax: number
  readonly queueMax: number
}): GroupCommit<Row> {
  let queue: Waiting<Row>[] = []
  let writing = false

  const writeAll = async (): Promise<void> => {
    writing = true
    while (queue.length > 0) {
      const batch = queue.slice(0, options.rowsMax)
      queue = queue.slice(options.rowsMax)
      await writeBatch(batch, options)
    }
    writing = false
  }

  return {
    add(row) {
      if (queue.length >= options.queueMax)
        return Promise.reject(new QueueFull('too many events wait to be written'))
      const done = new Promise<void>((resolve, reject) => queue.push({ row, resolve, reject }))
      if (!writing) void writeAll()
      return done
    },
  }
}

async function writeBatch<Row>(
  batch: readonly Waiting<Row>[],
  options: Pick<Parameters<typeof groupCommit<Row>>[0], 'insert' | 'blamesRows'>,
): Promise<void> {
  try {
    await options.insert(batch.map((waiting) => waiting.row))
    for (const waiting of batch) waiting.resolve()
  } catch (cause) {
    if (batch.length > 1 && options.blamesRows(cause)) {
      const half = Math.ceil(batch.length / 2)
      await writeBatch(batch.slice(0, half), options)
      await writeBatch(batch.slice(half), options)
      return
    }
    for (const waiting of batch) waiting.reject(cause)
  }
}
