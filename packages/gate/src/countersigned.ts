import type { RefusalReason, SignedCommand } from '@interlock/contract'
import { ok, refused, type Instant, type Outcome } from '@interlock/kernel'
import { cellOf } from './authentic.ts'
import type { Permitted } from './permitted.ts'
import type { Second } from './seconded.ts'
import type { Setting } from './setting.ts'
import type { GateState } from './state.ts'

/** Gate 3 (a): the supervisor's countersignature, by another organisation than the originator's. */
export function countersigned(
  command: SignedCommand,
  { setting }: Permitted,
  { cells, crypto, hoursHeld }: GateState,
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
  if (chargedByHours.has(setting.kind) && !second.hours.includes(hoursHeld))
    return refused('HoursDiffer', `${hoursHeld}`)
  return ok({ by: 'countersigned', reference: second.reservation })
}

/**
 * What these move depends on the hours that the station follows without a schedule. A supervisor that knows others,
 * because its register is lost or older, has charged too little for them.
 */
const chargedByHours: ReadonlySet<Setting['kind']> = new Set(['profile', 'clear'])
