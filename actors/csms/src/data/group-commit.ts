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
 * shares the cost of making an event durable, and none waits longer than two writes.
 */
export function groupCommit<Row>(options: {
  readonly insert: (rows: readonly Row[]) => Promise<void>
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
      await writeBatch(batch, options.insert)
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
  insert: (rows: readonly Row[]) => Promise<void>,
): Promise<void> {
  try {
    await insert(batch.map((waiting) => waiting.row))
    for (const waiting of batch) waiting.resolve()
  } catch (cause) {
    for (const waiting of batch) waiting.reject(cause)
  }
}
