import { limits } from '@interlock/contract'
import { readText, type ActorDeps, type Log } from '@interlock/host'
import { Fault, inSeconds, type Timer } from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import {
  readRevocationBundle,
  revocationBundle,
  type BundledList,
  type Hierarchy,
} from '@interlock/pki'

/** A list in force, as devices take it. */
export type HeldList = BundledList & {
  readonly text: string
  /** The list alone, PEM. */
  readonly pem: string
}

/** The newest revocation lists: the smart-meter one from its authority, the charging one from the supervisor. */
export type RevocationLists = {
  /** Whether a certificate of the smart-meter root counts no longer. */
  readonly revoked: (serialHex: string) => boolean
  held(hierarchy: Hierarchy): HeldList | undefined
  /** Looks for newer ones now. */
  refresh(): Promise<void>
  /** Looks for newer ones from now on; `onLook` runs after each look. */
  start(onLook: () => void): void
  close(): void
}

const refreshSeconds = 60
/** Until both are there. */
const retrySeconds = 2

export type ListSources = {
  /** File with the smart-meter list, PEM; the authority replaces it. */
  readonly path: string | undefined
  /** The supervisor's list, PEM; undefined when it has none. @throws Fault */
  readonly charging: () => Promise<string | undefined>
  /** Who signs each, PEM. */
  readonly issuers: Readonly<Record<Hierarchy, string>>
  /** DER. */
  readonly roots: Readonly<Record<Hierarchy, readonly Uint8Array[]>>
}

/** @throws Fault `RevocationListInvalid` when the configured list is not the issuing authority's. */
export function openRevocationLists(
  { path, charging, issuers, roots }: ListSources,
  audit: Audit,
  { wall, crypto, log }: Pick<ActorDeps, 'wall' | 'crypto'> & { readonly log: Log },
): RevocationLists {
  const lists = new Map<Hierarchy, HeldList>()
  let timer: Timer | undefined
  let open = true
  let onLook = (): void => {}

  /** Why it was not taken; an older one would bring a revoked certificate back. */
  const take = (pem: string, hierarchy: Hierarchy): string | undefined => {
    const text = revocationBundle(pem, issuers[hierarchy])
    if (text.length > limits.revocationListCharsMax) return 'ListTooLong'
    const read = readRevocationBundle(text, { roots, at: wall.now(), crypto })
    if (!read.ok) return read.reason
    const held = lists.get(hierarchy)?.number ?? -1
    if (read.value.number < held) return 'ListOlder'
    if (read.value.number === held) return undefined
    lists.set(hierarchy, { ...read.value, text, pem })
    audit.record('RevocationListTaken', { hierarchy, number: read.value.number })
    return undefined
  }
  const look = async (hierarchy: Hierarchy, source: () => Promise<string | undefined>) => {
    try {
      const pem = await source()
      const problem = pem === undefined ? undefined : take(pem, hierarchy)
      if (problem === undefined) return
      audit.record('RevocationListRefused', { hierarchy, reason: problem })
      log.error({ hierarchy, reason: problem }, 'revocation list refused')
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      log.warn({ hierarchy, detail: error.message }, 'revocation list not renewed')
    }
  }
  const fromFile = () => Promise.resolve(path === undefined ? undefined : readText(path))
  const refresh = async (): Promise<void> => {
    await look('smartMeter', fromFile)
    await look('charging', charging)
  }
  const again = async (): Promise<void> => {
    try {
      await refresh()
      onLook()
    } finally {
      const complete = lists.size === 2
      const next = inSeconds(complete ? refreshSeconds : retrySeconds)
      // Certificates live in wall time, and so do their lists.
      if (open) timer = wall.after(next, 'revocation-lists', again)
    }
  }

  const problem = path === undefined ? undefined : take(readText(path), 'smartMeter')
  if (problem !== undefined)
    throw new Fault('RevocationListInvalid', `${path}: ${problem}`, {
      remedy: 'fetch the list that the smart-meter authority issued last',
    })
  return {
    revoked: (serialHex) => lists.get('smartMeter')?.serials.has(serialHex) === true,
    held: (hierarchy) => lists.get(hierarchy),
    refresh,
    start(listener) {
      onLook = listener
      timer = wall.after(inSeconds(0), 'revocation-lists', again)
    },
    close() {
      open = false
      timer?.cancel()
    },
  }
}
