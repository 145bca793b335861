import { toIso, type Instant } from '@interlock/kernel'
import type { IdTokenInfoType, IdTokenType } from '@interlock/ocpp'
import {
  ocpiTime,
  ownerName,
  sameCi,
  sameOwner,
  type AuthorizationInfo,
  type OcpiOwner,
  type Token,
} from '@interlock/ocpi'
import { settleMisuse } from '../drivers/kept-misuses.ts'

/** An issuer has said of its own card that it is good: newer than what was found of it, that settles the finding. */
export async function settledBy(
  context: Parameters<typeof settleMisuse>[0],
  { uid, type, valid, last_updated, ...issuer }: Token,
): Promise<void> {
  const at = ocpiTime(last_updated)
  if (type === 'RFID' && valid && at !== undefined)
    await settleMisuse(context, { uid, at, issuer: ownerName(issuer) })
}

/** A token type of OCPP, as OCPI has it; the others are of this operator alone. */
const types: Readonly<Partial<Record<IdTokenType['type'], Token['type']>>> = {
  ISO14443: 'RFID',
  ISO15693: 'RFID',
  Central: 'APP_USER',
  eMAID: 'OTHER',
}
export const ocpiTypeOf = ({ type }: Pick<IdTokenType, 'type'>): Token['type'] | undefined =>
  types[type]

/** The same the other way; a card of the other standard is nobody's to name from afar. */
export const ocppTypes: Readonly<Record<Token['type'], IdTokenType['type']>> = {
  RFID: 'ISO14443',
  APP_USER: 'Central',
  AD_HOC_USER: 'Central',
  OTHER: 'eMAID',
}

const statuses: Readonly<Record<AuthorizationInfo['allowed'], IdTokenInfoType['status']>> = {
  ALLOWED: 'Accepted',
  BLOCKED: 'Blocked',
  EXPIRED: 'Expired',
  NO_CREDIT: 'NoCredit',
  NOT_ALLOWED: 'NotAtThisLocation',
}

export type Verdict = {
  readonly info: IdTokenInfoType
  readonly auth: 'AUTH_REQUEST' | 'WHITELIST'
  readonly token?: Token
  readonly reference?: string
}

/** Whether its provider has to be asked about a token that it told us of (§12.4.5). */
export const needsAsking = ({ valid, whitelist }: Token): boolean => valid && whitelist !== 'ALWAYS'

/**
 * What a driver's provider said, or that it said nothing. Nobody is let in by silence, but for a token of
 * which the provider has said beforehand that it may be.
 *
 * @param known the token as its provider told it, where it did
 */
export function verdictOn(
  uid: string,
  owner: OcpiOwner,
  known: Token | undefined,
  said: AuthorizationInfo | undefined,
  now: Instant,
): Verdict | undefined {
  if (said !== undefined) {
    // A provider speaks for its own tokens, and for the one that it was asked about.
    if (!sameCi(said.token.uid, uid) || !sameOwner(said.token, owner)) return undefined
    const { authorization_reference: reference, token } = said
    return {
      info: { status: statuses[said.allowed], ...keptFor(token, now) },
      auth: 'AUTH_REQUEST',
      token,
      ...(reference === undefined ? {} : { reference }),
    }
  }
  if (known === undefined) return undefined
  if (!known.valid) return { info: { status: 'Invalid' }, auth: 'WHITELIST', token: known }
  if (known.whitelist === 'NEVER') return undefined
  return { info: { status: 'Accepted' }, auth: 'WHITELIST', token: known }
}

/** A token that is to be asked for each time is in no station's cache. */
const keptFor = ({ whitelist }: Token, now: Instant): Partial<IdTokenInfoType> =>
  whitelist === 'NEVER' ? { cacheExpiryDateTime: toIso(now) } : {}
