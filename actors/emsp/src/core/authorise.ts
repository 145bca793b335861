import { ok, refused, type Instant, type Outcome } from '@interlock/kernel'
import {
  ocpiTime,
  ownerName,
  sameCi,
  type AuthorizationInfo,
  type LocationReferences,
  type OcpiOwner,
  type Token,
} from '@interlock/ocpi'
import type { ContractConfig } from '../config.ts'

export type Allowed = AuthorizationInfo['allowed']

/** The token of a contract, as operators know it. */
export const tokenOf = (us: OcpiOwner, issuer: string, contract: ContractConfig): Token => ({
  ...us,
  uid: contract.uid,
  type: contract.type,
  contract_id: contract.contractId,
  ...(contract.visualNumber === undefined ? {} : { visual_number: contract.visualNumber }),
  issuer,
  valid: contract.status === 'valid',
  whitelist: contract.whitelist,
  last_updated: contract.lastUpdated,
})

/**
 * Whether a contract permits a charge (§12.2.2.2). Whether the place is open or free is not asked: what we
 * know of it may be old.
 */
export function allowedBy(
  contract: ContractConfig,
  operator: OcpiOwner,
  place: LocationReferences | undefined,
  now: Instant,
): Outcome<Allowed, 'InformationMissing'> {
  const { status, expiresAt, locations } = contract
  if (status === 'blocked') return ok('BLOCKED')
  const end = expiresAt === undefined ? undefined : ocpiTime(expiresAt)
  // A day that does not exist permits nothing.
  if (expiresAt !== undefined && (end === undefined || end <= now)) return ok('EXPIRED')
  if (status === 'noCredit') return ok('NO_CREDIT')
  if (locations === undefined) return ok('ALLOWED')
  if (place === undefined) return refused('InformationMissing')
  const name = `${ownerName(operator)}*${place.location_id}`
  return ok(locations.some((each) => sameCi(each, name)) ? 'ALLOWED' : 'NOT_ALLOWED')
}
