import type { FlattenedJws } from '@interlock/contract'
import {
  instant,
  ok,
  type Crypto,
  type Eui64,
  type Instant,
  type Outcome,
  type PrivateKey,
} from '@interlock/kernel'
import { isEui, isWhole, matches } from './header-rules.ts'
import {
  decodeChain,
  encodeChain,
  isChain,
  signPinned,
  verifyStatement,
  type MemberRules,
  type PinnedSigner,
  type StatementProblem,
} from './signed-statement.ts'

/** The supervisor's word to one station: this DSR provider is bound to you from now on. */
export type ProviderStatement = {
  readonly station: Eui64
  /** Larger than in any before for this station. */
  readonly counter: number
  /** The certificate that signs its commands, with its issuer's: DER, the provider's first. */
  readonly chain: readonly Uint8Array[]
  /** Its commands count above this, 64 bits: what was signed with its name before is dead. */
  readonly floor: bigint
  readonly at: Instant
}

const type = 'interlock-provider'

export const signProvider = (
  { chain, floor, ...statement }: ProviderStatement,
  signer: { readonly key: PrivateKey; readonly thumbprint: string },
  crypto: Crypto,
): FlattenedJws => {
  const body = { ...statement, chain: encodeChain(chain), floor: `${floor}` }
  return signPinned(type, body, signer, crypto)
}

/** Reads a statement and checks that one of `signers` has signed it; its chain is for the station to verify. */
export function verifyProvider(
  value: unknown,
  signers: readonly PinnedSigner[],
  crypto: Crypto,
): Outcome<ProviderStatement, StatementProblem> {
  const read = verifyStatement(value, type, rules, signers, crypto)
  if (!read.ok) return read
  const { station, counter, chain, floor, at } = read.value
  return ok({
    station: station as Eui64,
    counter: Number(counter),
    chain: decodeChain(chain),
    floor: BigInt(floor as string),
    at: instant(Number(at)),
  })
}

const rules: MemberRules = {
  station: isEui,
  counter: isWhole,
  chain: isChain,
  // Below 2⁶³.
  floor: matches(/^(?:0|[1-9]\d{0,17})$/),
  at: isWhole,
}
