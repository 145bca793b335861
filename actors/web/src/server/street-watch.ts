import { millis, type Clock, type Timer } from '@interlock/kernel'
import type { UnseenRow } from './street.ts'

/**
 * The street as last seen, for whoever watches. Asks only while somebody watches, so that a world
 * without a page runs as if there were none.
 */
export interface StreetWatch {
  watch(onRows: (rows: readonly UnseenRow[]) => void): () => void
  close(): void
}

const everyMillis = millis(1_000)

export function createStreetWatch(options: {
  wall: Clock
  rows: () => Promise<readonly UnseenRow[]>
  onFailure: (error: unknown) => void
}): StreetWatch {
  const { wall, rows, onFailure } = options
  const watchers = new Set<(rows: readonly UnseenRow[]) => void>()
  let timer: Timer | undefined
  let asking = false

  const ask = async (): Promise<void> => {
    timer = undefined
    if (asking || watchers.size === 0) return
    asking = true
    try {
      const seen = await rows()
      for (const each of watchers) each(seen)
    } catch (error) {
      onFailure(error)
    } finally {
      asking = false
      if (watchers.size > 0) timer ??= wall.after(everyMillis, 'web/street', ask)
    }
  }
  return {
    watch: (onRows) => {
      watchers.add(onRows)
      if (watchers.size === 1 && timer === undefined) {
        timer = wall.after(millis(0), 'web/street', ask)
      }
      return () => {
        watchers.delete(onRows)
        if (watchers.size > 0) return
        timer?.cancel()
        timer = undefined
      }
    },
    close: () => {
      watchers.clear()
      timer?.cancel()
      timer = undefined
    },
  }
}

/** The rows that differ from the ones sent before. */
export function changedRows<Row extends { stationId: string }>(sent: Map<string, string>) {
  return (rows: readonly Row[]): readonly Row[] =>
    rows.filter((row) => {
      const text = JSON.stringify(row)
      if (sent.get(row.stationId) === text) return false
      sent.set(row.stationId, text)
      return true
    })
}
