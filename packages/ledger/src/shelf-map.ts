/** With 40,000 keys a change copies a few hundred. */
const shelfCount = 256

function shelfOf(key: string): number {
  let sum = 0
  for (let at = 0; at < key.length; at++) sum = (Math.imul(sum, 31) + key.charCodeAt(at)) | 0
  return sum & (shelfCount - 1)
}

/**
 * A map as a value whose change is cheap: it copies one shelf of many, where a `Map` would be copied whole. A key lies
 * on the shelf that its characters say.
 */
export class ShelfMap<Value> {
  readonly #shelves: readonly ReadonlyMap<string, Value>[]

  constructor(
    shelves: readonly ReadonlyMap<string, Value>[] = Array.from(
      { length: shelfCount },
      () => new Map<string, Value>(),
    ),
  ) {
    this.#shelves = shelves
  }

  get size(): number {
    return this.#shelves.reduce((sum, shelf) => sum + shelf.size, 0)
  }

  get(key: string): Value | undefined {
    return this.#shelves[shelfOf(key)]?.get(key)
  }

  has(key: string): boolean {
    return this.get(key) !== undefined
  }

  keys(): string[] {
    return this.#shelves.flatMap((shelf) => [...shelf.keys()])
  }

  values(): Value[] {
    return this.#shelves.flatMap((shelf) => [...shelf.values()])
  }

  /** With the value in its place; without the key where it is `undefined`. */
  with(key: string, value: Value | undefined): ShelfMap<Value> {
    const at = shelfOf(key)
    const shelf = new Map(this.#shelves[at])
    if (value === undefined) shelf.delete(key)
    else shelf.set(key, value)
    return new ShelfMap(this.#shelves.with(at, shelf))
  }

  filter(stays: (value: Value) => boolean): ShelfMap<Value> {
    return new ShelfMap(
      this.#shelves.map((shelf) => new Map([...shelf].filter(([, value]) => stays(value)))),
    )
  }
}
