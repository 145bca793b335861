import type { AsyncLocalStorage } from 'node:async_hooks'
import type { Activity } from '@interlock/kernel'

/** One piece of work: busy unless it waits for work done on its behalf, or for the clock. */
type Node = { readonly parent: Node | undefined; children: number; parked: number; open: boolean }

/**
 * The tree of what is in flight. A request is a node under the work that made it; the handling of
 * it, in whichever actor, makes its own requests below it. Time may move when no leaf is busy.
 */
export function createInFlight(context: AsyncLocalStorage<Node>) {
  const byKey = new Map<string, Node>()
  let busy = 0
  let waiting: (() => void)[] = []

  const isBusy = (node: Node): boolean => node.open && node.children === 0 && node.parked === 0
  const change = (node: Node, edit: () => void): void => {
    const was = isBusy(node)
    edit()
    busy += Number(isBusy(node)) - Number(was)
    if (busy > 0) return
    for (const wake of waiting.splice(0)) wake()
  }

  function open(parent: Node | undefined): Node {
    const node: Node = { parent, children: 0, parked: 0, open: true }
    busy += 1
    if (parent !== undefined) change(parent, () => (parent.children += 1))
    return node
  }
  function close(node: Node): void {
    if (!node.open) return
    change(node, () => (node.open = false))
    const { parent } = node
    if (parent !== undefined) change(parent, () => (parent.children -= 1))
  }

  function end(key: string): void {
    const node = byKey.get(key)
    byKey.delete(key)
    if (node !== undefined) close(node)
  }

  const activity: Activity = {
    begin: (key) => {
      const parent = context.getStore()
      byKey.set(key, open(parent?.open === true ? parent : undefined))
      return () => end(key)
    },
    end,
    within: (key, work) => {
      const node = byKey.get(key)
      return node === undefined ? work() : context.run(node, work)
    },
    parked: async (work) => {
      const node = context.getStore()
      if (node === undefined) return work()
      change(node, () => (node.parked += 1))
      try {
        return await work()
      } finally {
        change(node, () => (node.parked -= 1))
      }
    },
  }

  /** Runs work that nobody asked for: a timer. Resolves when it has ended. */
  async function root(work: () => Promise<void>): Promise<void> {
    const node = open(undefined)
    try {
      await context.run(node, work)
    } finally {
      close(node)
    }
  }

  /** Resolves once no work is busy and what it set going has had its turn on the event loop. */
  async function quiet(): Promise<void> {
    for (let calm = 0; calm < 2;) {
      if (busy > 0) {
        calm = 0
        await new Promise<void>((resolve) => waiting.push(resolve))
      }
      await new Promise<void>((resolve) => setImmediate(resolve))
      calm = busy > 0 ? 0 : calm + 1
    }
  }

  return { activity, root, quiet, busy: () => busy }
}
