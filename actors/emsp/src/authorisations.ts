import { instant, toHex, type Entropy, type Instant } from '@interlock/kernel'
import {
  ownerName,
  sameCi,
  type Cdr,
  type LocationReferences,
  type OcpiOwner,
} from '@interlock/ocpi'
import type { OcpiObjects } from '@interlock/store'
import type { ContractConfig } from './config.ts'

/** What operators were told that a driver may charge, each under its reference; one store for all of them. */
export const authorisationModule = 'authorisations'
const referenceBytes = 16

/** JSON values only. */
type Authorisation = {
  readonly uid: string
  readonly type: string
  /** Absent where the operator did not say where. */
  readonly location?: string
  readonly at: number
}

export type Authorisations = {
  /** Names an authorisation for the record that comes of it; `undefined` where no more are kept of that operator. */
  issue(
    operator: OcpiOwner,
    contract: Pick<ContractConfig, 'uid' | 'type'>,
    place: Pick<LocationReferences, 'location_id'> | undefined,
  ): Promise<string | undefined>
  /** When the token of a record was authorised at its operator and location, under the reference that it names. */
  at(cdr: Cdr): Promise<Instant | undefined>
}

export const authorisationStore = (
  objects: Pick<OcpiObjects, 'find' | 'put'>,
  entropy: Entropy,
  now: () => Instant,
): Authorisations => ({
  async issue(operator, { uid, type }, place) {
    const id = toHex(entropy.bytes(referenceBytes))
    const at = now()
    const location = place === undefined ? {} : { location: place.location_id }
    const object: Authorisation = { uid, type, ...location, at }
    const name = { module: authorisationModule, owner: ownerName(operator), id }
    return (await objects.put({ ...name, lastUpdated: at, object })) === 'full' ? undefined : id
  },
  async at(cdr) {
    const { authorization_reference: id, cdr_token: token, cdr_location: place } = cdr
    if (id === undefined) return undefined
    const name = { module: authorisationModule, owner: ownerName(cdr), id }
    const found = (await objects.find(name)) as Authorisation | undefined
    if (found === undefined || found.type !== token.type || !sameCi(found.uid, token.uid))
      return undefined
    const isThere = found.location === undefined || sameCi(found.location, place.id)
    return isThere ? instant(found.at) : undefined
  },
})
