import type { RefusalReason, SignedCommand } from '@interlock/contract'
import { ok, refused, type Instant, type Outcome } from '@interlock/kernel'
import { cellOf } from './authentic.ts'
import type { Second } from './seconded.ts'
import type { GateState } from './state.ts'

/** Gate 3 (a): the supervisor's countersignature, by another organisation than the originator's. */
export function countersigned(
  command: SignedCommand,
  { cells, crypto }: GateState,
  now: Instant,
): Outcome<Second, RefusalReason> {
  const second = command.countersignature
  if (second === undefined) return refused('NotSeconded')
  if (second.organisation === command.organisation) return refused('SameOrganisation')
  const cell = cellOf(cells.supervisor, second.organisation, second.signer)
  if (cell === undefined || cell.revoked) return refused('CountersignSigner', second.organisation)
  if (!crypto.verify(cell.publicKey, second.signed, second.signature))
    return refused('CountersignInvalid')
  if (now >= second.expiresAt) return refused('CountersignExpired')
  return ok({ by: 'countersigned', reference: second.reservation })
}
