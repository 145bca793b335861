/** A message under way that arrives when the explorer says so. */
export type Parcel = {
  /** What the explorer calls it: `wan start`, `link arm start`. Unique among those under way. */
  readonly name: string
  readonly arrive: () => void
}

/** Everything under way. */
export type Post = {
  send(parcel: Parcel): void
  /** Those that may arrive next. */
  readonly waiting: () => readonly string[]
  arrive(name: string): void
  /** They never arrive. */
  lose(which: (name: string) => boolean): void
}

export function createPost(): Post {
  let parcels: readonly Parcel[] = []
  return {
    send(parcel) {
      parcels = [...parcels, parcel]
    },
    waiting: () => [...new Set(parcels.map(({ name }) => name))],
    arrive(name) {
      const found = parcels.find((each) => each.name === name)
      parcels = parcels.filter((each) => each !== found)
      found?.arrive()
    },
    lose(which) {
      parcels = parcels.filter(({ name }) => !which(name))
    },
  }
}
