/** Of a listener that anybody can reach. */
export type Places = {
  /**
   * For one more from that address. Where all are taken, one that is not kept is left: of the address that has the most
   * of those, the oldest. So whoever comes again and again takes places from itself.
   * @param leave called when another takes the place
   * @returns `undefined` when every place is kept
   */
  take(address: string, leave: () => void): Place | undefined
}
export type Place = {
  /** It is nobody else's from now on. */
  keep(): void
  /** It is over. */
  free(): void
}

type Held = { readonly address: string; readonly leave: () => void; isKept: boolean }

export function createPlaces(placesMax: number): Places {
  const held = new Set<Held>()
  const makeRoomFor = (newcomer: string): boolean => {
    const loose = [...held].filter(({ isKept }) => !isKept)
    const counts = new Map([[newcomer, 1]])
    for (const { address } of loose) counts.set(address, (counts.get(address) ?? 0) + 1)
    const most = Math.max(...loose.map(({ address }) => counts.get(address) ?? 0))
    const out = loose.find(({ address }) => counts.get(address) === most)
    if (out === undefined) return false
    held.delete(out)
    out.leave()
    return true
  }
  return {
    take(address, leave) {
      if (held.size >= placesMax && !makeRoomFor(address)) return undefined
      const place: Held = { address, leave, isKept: false }
      held.add(place)
      return { keep: () => void (place.isKept = true), free: () => void held.delete(place) }
    },
  }
}
