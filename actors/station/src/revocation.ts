import { limits } from '@interlock/contract'
import type { Instant } from '@interlock/kernel'
import { fromPem, readRevocationBundle } from '@interlock/pki'
import type { StoredList, StoredLists } from './core/memory.ts'
import { withRevocations } from './core/revoked-cells.ts'
import type { Standing } from './gate-state.ts'
import type { Station } from './station.ts'

/**
 * A revocation list, whoever carried it: the CSMS (DataTransfer `RevocationList`) or the LLCS. It counts by its own
 * signature, and only if it is newer than the one in force: an older one would bring a revoked signer
 * back. It is durable before the next command is judged.
 * @returns why it was not taken; undefined for the newest, also when that is known already
 */
export function takeRevocationList(station: Station, text: unknown): string | undefined {
  const { deps, keeper, records, reports, roots } = station
  const { crypto } = deps
  const anchors = (pems: readonly string[]) => pems.flatMap((pem) => fromPem(pem, 'CERTIFICATE'))
  const read =
    typeof text === 'string' && text.length <= limits.revocationListCharsMax
      ? readRevocationBundle(text, {
          roots: { charging: anchors(roots.charging), smartMeter: anchors(roots.smartMeter) },
          at: deps.wall.now(),
          crypto,
        })
      : ({ ok: false, reason: 'ListUnreadable', detail: 'no text, or too long' } as const)
  if (!read.ok) {
    const { reason, detail = '' } = read
    records.note('RevocationListRefused', { reason, detail })
    reports.security('InvalidMessages', `revocation list: ${reason}`)
    return reason
  }
  const { hierarchy, number, thisUpdate, issuerSerialHex, serials } = read.value
  const { cells, revocationLists = {} } = keeper.memory
  const held = revocationLists[hierarchy]?.number ?? -1
  if (number === held) return undefined
  if (number < held) {
    records.note('RevocationListRefused', { reason: 'ListOlder', hierarchy, number, held })
    return 'ListOlder'
  }
  const lists = {
    ...revocationLists,
    [hierarchy]: { number, thisUpdate, issuerSerialHex, serials: [...serials] },
  }
  const next = withRevocations(cells, lists, crypto)
  const revoked = next.filter((cell, i) => cell !== cells[i]).map(({ role }) => role)
  records.before('RevocationListTaken', { hierarchy, number, serials: serials.size, revoked })
  keeper.commit({ set: { revocationLists: lists, cells: next } })
  return undefined
}

/** Whether the newest list of each hierarchy is there and young enough for a command to rest on. */
export function freshness(lists: StoredLists = {}, now: Instant): Standing['revocationsFresh'] {
  const isFresh = (list: StoredList | undefined): boolean =>
    list?.thisUpdate !== undefined && now - list.thisUpdate <= limits.revocationListMillisMax
  return { charging: isFresh(lists.charging), smartMeter: isFresh(lists.smartMeter) }
}
