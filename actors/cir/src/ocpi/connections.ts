import { strangers, type OcpiConnection, type OcpiConnections } from '@interlock/ocpi'
import type { Journal } from '@interlock/store'

type Entry = { readonly party: string; readonly connection: OcpiConnection }

/** How the register stands with each party; on the disk before anything follows from it. */
export function journalConnections(journal: Journal): OcpiConnections {
  const held = new Map<string, OcpiConnection>()
  for (const entry of journal.entries()) {
    const { party, connection } = entry as Entry
    held.set(party, connection)
  }
  return {
    of: (party) => held.get(party) ?? strangers,
    keep(party, connection) {
      journal.append({ party, connection } satisfies Entry)
      held.set(party, connection)
      if (journal.isLong)
        journal.rewrite([...held].map(([name, each]): Entry => ({ party: name, connection: each })))
      return Promise.resolve()
    },
  }
}
