import { armOriginators, type Arm } from '@interlock/contract'
import { armOf, decodeSigned } from '@interlock/gbcs'
import { ok, refused, type Crypto, type Outcome } from '@interlock/kernel'
import type { Cells } from './state.ts'

export type ArmProblem = 'ArmInvalid' | 'ArmOriginator' | 'ArmRevoked' | 'ArmWindow'

/**
 * Reads a signed pre-command (`DF 09` … end of signature) and verifies it by the cell of the role
 * that its use demands (`armOriginators`), such as the owner for on-demand arms, and by its smart-meter
 * key. Used by the station, after the LLCS has verified MAC, signature and counter.
 */
export function verifyArm(
  bytes: Uint8Array,
  cells: Cells,
  crypto: Crypto,
): Outcome<Arm, ArmProblem> {
  const read = decodeSigned(bytes)
  if (!read.ok) return refused('ArmInvalid', read.reason)
  const arm = armOf(bytes, crypto)
  if (!arm.ok) {
    const windowWrong = arm.reason === 'WindowInvalid'
    return refused(windowWrong ? 'ArmWindow' : 'ArmInvalid', arm.reason)
  }
  const { originator, use } = arm.value
  const known = (cells[armOriginators[use]] ?? []).filter(
    (cell) => cell.organisation === originator && cell.hierarchy === 'smartMeter',
  )
  if (known.length === 0) return refused('ArmOriginator', originator)
  const inForce = known.filter((cell) => !cell.revoked)
  if (inForce.length === 0) return refused('ArmRevoked', originator)
  const { covered, signature } = read.value
  return inForce.some((cell) => crypto.verify(cell.publicKey, covered, signature))
    ? ok(arm.value)
    : refused('ArmInvalid', 'the signature does not verify')
}
