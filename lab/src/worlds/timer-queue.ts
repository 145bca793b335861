import type { Instant, Timer } from '@interlock/kernel'

export type Due = {
  readonly at: Instant
  readonly label: string
  readonly order: number
  readonly work: () => void | Promise<void>
}

/** Timers by instant, then label, then the order they were set: a binary heap. */
export function createTimerQueue() {
  const heap: Due[] = []
  const cancelled = new Set<Due>()
  let order = 0

  const before = (left: Due, right: Due): boolean => {
    if (left.at !== right.at) return left.at < right.at
    if (left.label !== right.label) return left.label < right.label
    return left.order < right.order
  }
  const swap = (i: number, j: number): void => {
    const [left, right] = [heap[i], heap[j]]
    if (left !== undefined && right !== undefined) [heap[i], heap[j]] = [right, left]
  }
  const earlier = (i: number, j: number): boolean => {
    const [left, right] = [heap[i], heap[j]]
    return left !== undefined && right !== undefined && before(left, right)
  }

  function add(at: Instant, label: string, work: Due['work']): Timer {
    const due: Due = { at, label, order: order++, work }
    heap.push(due)
    let i = heap.length - 1
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (!earlier(i, parent)) break
      swap(i, parent)
      i = parent
    }
    return { cancel: () => cancelled.add(due) }
  }

  function pop(): Due | undefined {
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined || heap.length === 0) return first
    heap[0] = last
    for (let i = 0; ;) {
      const child = earlier(2 * i + 2, 2 * i + 1) ? 2 * i + 2 : 2 * i + 1
      if (!earlier(child, i)) return first
      swap(i, child)
      i = child
    }
  }

  function peek(): Due | undefined {
    for (let first = heap[0]; first !== undefined; first = heap[0]) {
      if (!cancelled.delete(first)) return first
      pop()
    }
    return undefined
  }

  return { add, peek, pop }
}
