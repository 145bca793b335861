/** Does work in the order in which it is asked for; what fails holds back nothing behind it. */
export type InTurn = <Result>(work: () => Promise<Result>) => Promise<Result>

/** The same for the work of each key; that of others goes on meanwhile. */
export type InTurnByKey<Key> = <Result>(key: Key, work: () => Promise<Result>) => Promise<Result>

/** One piece of work after another. Whoever asks for it hears of its failure, and limits how much waits. */
export function inTurn(): InTurn {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const mine = last.then(work)
    last = mine.catch(() => undefined)
    return mine
  }
}

/** One piece of work of a key after another; a key with nothing left to do is forgotten. */
export function inTurnByKey<Key>(): InTurnByKey<Key> {
  const last = new Map<Key, Promise<unknown>>()
  return async (key, work) => {
    const before = last.get(key) ?? Promise.resolve()
    const mine = before.then(work, work)
    last.set(key, mine)
    try {
      return await mine
    } finally {
      if (last.get(key) === mine) last.delete(key)
    }
  }
}
