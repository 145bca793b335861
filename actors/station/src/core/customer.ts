import { toIso } from '@interlock/kernel'
import type { Request } from '@interlock/ocpp'
import type { Memory, MemoryChange } from './memory.ts'
import { sameToken } from './token.ts'

type Customer = Pick<
  Request<'CustomerInformation'>,
  'idToken' | 'customerIdentifier' | 'customerCertificate'
>

/** N09.FR.01 … .03: a request names one customer, in one way. */
export const namesOne = ({ idToken, customerIdentifier, customerCertificate }: Customer): boolean =>
  [idToken, customerIdentifier, customerCertificate].filter((each) => each !== undefined).length ===
  1

/**
 * What the station still knows of a customer, a line for each trace. It knows customers by their
 * tokens alone: no other identifier and no certificate of one is ever stored here.
 */
export function traces(memory: Memory, { idToken }: Customer): readonly string[] {
  if (idToken === undefined) return []
  const { authCache, localList, outbox } = memory
  const cached = authCache.filter(({ token }) => sameToken(token, idToken))
  const listed = localList.entries.filter(({ token }) => sameToken(token, idToken))
  const events = outbox.filter(
    (event) => event.idToken !== undefined && sameToken(event.idToken, idToken),
  )
  return [
    ...cached.map(({ info, heardAt }) => `a cached answer: ${info.status} at ${toIso(heardAt)}`),
    ...listed.map(({ info }) => `an entry of the local list: ${info.status}`),
    ...events.map(
      ({ transactionInfo, timestamp }) =>
        `an event not yet delivered: ${transactionInfo.transactionId} at ${timestamp}`,
    ),
  ]
}

/**
 * N10.FR.01: forgets what is the station's own to forget. The local list is the CSMS's, which sends
 * another (N10.FR.02); an event that is not yet delivered is what the customer will be billed by.
 */
export function withoutCustomer(memory: Memory, { idToken }: Customer): MemoryChange['set'] {
  if (idToken === undefined) return {}
  return { authCache: memory.authCache.filter(({ token }) => !sameToken(token, idToken)) }
}
