import { assert, type InTurn } from '@interlock/kernel'

/** A queue for each owner: its work is done side by side, in the order in which it was asked for. */
export type FairPlaces = (owner: string) => InTurn

/**
 * At most `most` pieces of work side by side, of which an owner gets another while more places are free than it has
 * already: alone it has half of them, and however many owners keep theirs for long, each new one finds some free. Where
 * several wait, whoever has the fewest is next. Whoever asks hears of its failure, and limits how much waits.
 */
export function createFairPlaces(most: number): FairPlaces {
  type Owner = { has: number; readonly waiting: (() => void)[] }
  const owners = new Map<string, Owner>()
  let free = most
  const next = (): Owner | undefined => {
    let found: Owner | undefined
    for (const each of owners.values())
      if (each.waiting.length > 0 && each.has < (found?.has ?? free)) found = each
    return found
  }
  const admit = (): void => {
    for (let owner = next(); owner !== undefined; owner = next()) {
      owner.has += 1
      free -= 1
      owner.waiting.shift()?.()
    }
  }
  const leave = (name: string, owner: Owner): void => {
    owner.has -= 1
    free += 1
    assert(owner.has >= 0 && free <= most, 'a place is left once')
    if (owner.has === 0 && owner.waiting.length === 0) owners.delete(name)
    admit()
  }
  return (name) => async (work) => {
    const owner = owners.get(name) ?? { has: 0, waiting: [] }
    owners.set(name, owner)
    const admitted = new Promise<void>((resolve) => owner.waiting.push(resolve))
    admit()
    await admitted
    try {
      return await work()
    } finally {
      leave(name, owner)
    }
  }
}
