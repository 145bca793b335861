import type { OcpiObjectName, OcpiObjects } from './ocpi-store.ts'

type Row = Parameters<OcpiObjects['put']>[0] & { readonly arrived: number }

/** Objects of OCPI as the database keeps them, for tests of what is done with them. */
export function objectsInMemory(): OcpiObjects & { readonly rows: Map<string, Row> } {
  const rows = new Map<string, Row>()
  let arrived = 0
  const keyOf = ({ module, owner, id }: OcpiObjectName): string =>
    `${module} ${owner} ${id.toUpperCase()}`
  return {
    rows,
    find: (name) => Promise.resolve(structuredClone(rows.get(keyOf(name))?.object)),
    put(kept) {
      const before = rows.get(keyOf(kept))
      const object: unknown = structuredClone(kept.object)
      rows.set(keyOf(kept), { ...kept, object, arrived: before?.arrived ?? ++arrived })
      return Promise.resolve(before === undefined ? 'new' : 'replaced')
    },
    remove: (name) => Promise.resolve(rows.delete(keyOf(name))),
    list(module, { offset, limit, from = -Infinity, to = Infinity, after }, audience) {
      const those = [...rows.values()]
        .filter((row) => row.module === module)
        .filter((row) => row.audience === undefined || row.audience === audience)
        .filter(({ lastUpdated }) => lastUpdated >= from && lastUpdated < to)
      const left =
        after === undefined ? those.slice(offset) : those.filter((row) => row.arrived > after)
      const page = left.slice(0, limit)
      return Promise.resolve({
        objects: page.map(({ object }) => structuredClone(object)),
        total: those.length,
        next: left.length > limit ? (page.at(-1)?.arrived ?? null) : null,
      })
    },
    prune({ module, owner, before, countMax, alongside = [] }) {
      const those = [...rows.values()].filter((row) => row.module === module && row.owner === owner)
      const kept = those.toSorted((a, b) => b.arrived - a.arrived).slice(0, countMax)
      for (const row of those)
        if (row.lastUpdated < before || !kept.includes(row))
          for (const of of [module, ...alongside]) rows.delete(keyOf({ ...row, module: of }))
      return Promise.resolve()
    },
    forget({ module, owner, before, unless, waits, countMax }) {
      const those = [...rows.values()].filter((row) => row.owner === owner)
      const isOpen = ({ object }: Row): boolean =>
        unless?.is.includes(String((object as Record<string, unknown>)[unless.member])) === true
      const waiting = those.filter((row) => row.module === waits?.in)
      const isDue = ({ id }: Row): boolean =>
        waiting.some((each) =>
          waits?.as.some((as) => each.id.toUpperCase().startsWith(`${as}/${id}/`.toUpperCase())),
        )
      const over = those
        .filter((row) => row.module === module && row.lastUpdated < before)
        .filter((row) => !isOpen(row) && !isDue(row))
        .slice(0, countMax)
      for (const row of over) rows.delete(keyOf(row))
      return Promise.resolve(over.length)
    },
  }
}
