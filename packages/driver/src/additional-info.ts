import { fromIso, ok, refused, toIso, type Outcome } from '@interlock/kernel'
import { counterMax } from './card.ts'
import type { ChallengePurpose } from './challenge.ts'
import { isFreshNumber } from './fresh-number.ts'
import type { DriverProof } from './proof.ts'
import { strengths, type Strength } from './strength.ts'

/** AdditionalInfoType of OCPP 2.0.1; a CSMS that does not know a type passes it by. */
export type AdditionalInfo = { readonly additionalIdToken: string; readonly type: string }

/** Of `additionalIdToken` in OCPP 2.0.1. */
const charactersMax = 36
const prefix = 'interlock.driver.'
const signaturePattern = /^[A-Za-z0-9_-]{86}$/
const noncePattern = /^[A-Za-z0-9_-]{22}$/
const counterPattern = /^[1-9]\d{0,9}$/

/** A proof beside its token, in pieces that OCPP 2.0.1 has room for. The station is the sender. */
export function toAdditionalInfo(
  strength: Strength,
  proof: DriverProof | undefined,
): readonly AdditionalInfo[] {
  const info = (name: string, additionalIdToken: string): AdditionalInfo => ({
    additionalIdToken,
    type: `${prefix}${name}`,
  })
  if (proof === undefined) return [info('strength', strength)]
  const { challenge, counter, signature } = proof
  const pieces = signature.match(new RegExp(`.{1,${charactersMax}}`, 'g')) ?? []
  return [
    info('strength', strength),
    info('at', toIso(challenge.at)),
    info('nonce', challenge.nonce),
    ...(challenge.fresh === undefined ? [] : [info('fresh', challenge.fresh)]),
    info('counter', String(counter)),
    ...pieces.map((piece, index) => info(`signature.${index + 1}`, piece)),
  ]
}

/** What a station says of a driver in an `idToken`. */
export type Carried = {
  /** Its own judgement; whoever has the key judges again. */
  readonly strength: Strength
  readonly proof?: DriverProof
}

/**
 * Reads what {@link toAdditionalInfo} wrote; a token without it is hearsay.
 * @param station the identity of the station that sent it
 */
export function fromAdditionalInfo(
  uid: string,
  infos: readonly AdditionalInfo[] | undefined,
  station: string,
  purpose: ChallengePurpose = 'charge',
): Outcome<Carried, 'ProofMalformed'> {
  const ours = (infos ?? []).filter(({ type }) => type.startsWith(prefix))
  const of = (name: string): string | undefined =>
    ours.find(({ type }) => type === `${prefix}${name}`)?.additionalIdToken
  if (new Set(ours.map(({ type }) => type)).size !== ours.length) return refused('ProofMalformed')
  const said = of('strength') ?? 'HEARSAY'
  const strength = strengths.find((each) => each === said)
  if (strength === undefined) return refused('ProofMalformed', 'strength')
  if (ours.every(({ type }) => type === `${prefix}strength`)) return ok({ strength })
  const at = fromIso(of('at') ?? '')
  const [nonce, counter] = [of('nonce') ?? '', of('counter') ?? '']
  const signature = [1, 2, 3].map((piece) => of(`signature.${piece}`) ?? '').join('')
  const isWhole =
    noncePattern.test(nonce) && counterPattern.test(counter) && signaturePattern.test(signature)
  if (at === undefined || !isWhole || Number(counter) > counterMax) return refused('ProofMalformed')
  const fresh = of('fresh')
  if (fresh !== undefined && !isFreshNumber(fresh)) return refused('ProofMalformed', 'fresh')
  const challenge = { station, at, nonce, purpose, ...(fresh !== undefined && { fresh }) }
  return ok({ strength, proof: { uid, challenge, counter: Number(counter), signature } })
}
