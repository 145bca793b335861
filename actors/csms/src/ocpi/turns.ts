/**
 * Work on one name at a time, in the order in which it is asked for; on others meanwhile. What fails keeps
 * nothing behind it back.
 */
export function turns(): (name: string, work: () => Promise<void>) => Promise<void> {
  const last = new Map<string, Promise<void>>()

  async function turn(before: Promise<void> | undefined, work: () => Promise<void>) {
    // Whoever asked for it hears of its failure.
    await before?.catch(() => undefined)
    await work()
  }

  return async (name, work) => {
    const mine = turn(last.get(name), work)
    last.set(name, mine)
    try {
      await mine
    } finally {
      if (last.get(name) === mine) last.delete(name)
    }
  }
}
