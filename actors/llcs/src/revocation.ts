import { hanAnswers, limits } from '@interlock/contract'
import { fromUtf8, refused, type Outcome } from '@interlock/kernel'
import { readRevocationBundle, type BundledList, type BundleProblem } from '@interlock/pki'
import type { Memory, StoredList } from './core/memory.ts'
import type { Anchor, Llcs } from './llcs.ts'

const done = Uint8Array.of(hanAnswers.done)
const refusal = Uint8Array.of(hanAnswers.refused)

/**
 * A revocation list from the smart-meter network, of either hierarchy. It counts by its own signature
 * and only if it is newer than the one held; it is durable before the next command is judged, and then
 * goes on to the charger, which verifies it too.
 */
export async function takeRevocationList(llcs: Llcs, bytes: Uint8Array): Promise<Uint8Array> {
  const { keeper, audit } = llcs
  const text = textOf(bytes)
  const read = verify(llcs, text)
  if (!read.ok) return refuse(llcs, read.reason, read.detail)
  const { hierarchy, number, issuerSerialHex, serials } = read.value
  const { revocationLists: lists = {} } = keeper.memory
  const held = lists[hierarchy]?.number ?? -1
  if (number < held) return refuse(llcs, 'ListOlder', `${hierarchy} ${number} < ${held}`)
  if (number === held) return done
  audit.critical('RevocationListTaken', { hierarchy, number, serials: serials.size })
  const list: StoredList = { number, issuerSerialHex, serials: [...serials], text }
  keeper.commit({ revocationLists: { ...lists, [hierarchy]: list } })
  // A charger that cannot be reached now is told when it comes back.
  await llcs.tellStation({ kind: 'revocationList', text })
  return done
}

function verify({ roots, deps }: Llcs, text: string): Outcome<BundledList, BundleProblem> {
  if (text.length === 0 || text.length > limits.revocationListCharsMax)
    return refused('ListUnreadable', 'no text, or too long')
  return readRevocationBundle(text, { roots, at: deps.wall.now(), crypto: deps.crypto })
}

function refuse(llcs: Llcs, reason: string, detail = ''): Uint8Array {
  llcs.audit.critical('RevocationListRefused', { reason, detail })
  llcs.publish({ kind: 'security', reason })
  return refusal
}

/** Empty for bytes that are no text. */
function textOf(bytes: Uint8Array): string {
  try {
    return fromUtf8(bytes)
  } catch {
    return ''
  }
}

/** What is held, as it came. */
export const listsIn = ({ revocationLists: lists = {} }: Memory): readonly StoredList[] =>
  Object.values(lists)

/** The smart-meter list names this certificate. */
export const revokedSerial = (
  { revocationLists: lists = {} }: Memory,
  serialHex: string,
): boolean => lists.smartMeter?.serials.includes(serialHex) === true

/** The list of its hierarchy names the certificate in the cell, or the authority that signed it. */
export function isRevoked({ revocationLists: lists = {} }: Memory, anchor: Anchor): boolean {
  const list = lists.smartMeter
  return [anchor.serialHex, list?.issuerSerialHex].some(
    (each) => each !== undefined && list?.serials.includes(each) === true,
  )
}
