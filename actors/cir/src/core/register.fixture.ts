import { instant, millis } from '@interlock/kernel'
import type { Journal } from '@interlock/store'
import { crypto, freshKey, night, ours, registered } from './cards.fixture.ts'
import type { Finding } from './findings.ts'
import { openRegister, type Register } from './register.ts'
import type { Sighting } from './sighting.ts'

/** A journal in memory; `longAt` entries are too many. */
export function journalOf(longAt = 1_000) {
  let entries: unknown[] = []
  const journal: Journal = {
    entries: () => structuredClone(entries),
    append: (entry) => void entries.push(structuredClone(entry)),
    get isLong() {
      return entries.length >= longAt
    },
    rewrite: (kept) => void (entries = structuredClone([...kept])),
    close: () => {},
  }
  return journal
}

export const registerKey = crypto.ephemeralKey()
/** A register as one run has it: another key of fresh numbers is another run. */
export function open(journal = journalOf(), startedAt = instant(0), key = freshKey) {
  const found: Finding[] = []
  const register = openRegister({
    journal,
    key: registerKey,
    statementMillis: millis(86_400_000),
    organisationOf: () => undefined,
    crypto,
    freshKey: key,
    startedAt,
    onFinding: (finding) => void found.push(finding),
  })
  return { register, found, kinds: () => found.map(({ kind }) => kind) }
}
export function withToken(change = {}, journal = journalOf()) {
  const opened = open(journal)
  const put = opened.register.put(ours, registered(change), night)
  if (!put.ok) throw new Error(put.reason)
  return opened
}
export const see = (register: Register, sighting: Sighting, now = sighting.at): string => {
  const verdict = register.see(sighting, now)
  return verdict.ok ? verdict.strength : verdict.reason
}
