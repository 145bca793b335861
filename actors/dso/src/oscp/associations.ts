import type { Associations } from '@interlock/host/oscp'
import { unregistered, type Association } from '@interlock/oscp'
import type { Journal } from '@interlock/store'

/** How each provider stands; on the disk before anything follows from it. */
export type KeptAssociations = Associations & { close(): void }

type Entry = { readonly provider: string; readonly association: Association }

export function openAssociations(journal: Journal): KeptAssociations {
  const held = new Map<string, Association>()
  for (const entry of journal.entries()) {
    const { provider, association } = entry as Entry
    held.set(provider, association)
  }
  const of = (provider: string): Association => held.get(provider) ?? unregistered
  return {
    of,
    keep(provider, association) {
      if (of(provider) === association) return
      journal.append({ provider, association } satisfies Entry)
      held.set(provider, association)
      if (journal.isLong)
        journal.rewrite(
          [...held].map(([name, each]): Entry => ({ provider: name, association: each })),
        )
    },
    close: () => journal.close(),
  }
}
