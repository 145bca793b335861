import type { OcpiOwner } from './protocol/headers.ts'

/**
 * The operator that an EVSE-ID names (eMI3, as ISO 15118 has it): `NL*CPO*E1`, with its separators or without. An operator's
 * party on the wire is the same (§4.1.6). `undefined` where it is no such id.
 */
export function operatorOf(evseId: string): OcpiOwner | undefined {
  const [, country_code, party_id] =
    /^([A-Z]{2})\*?([A-Z0-9]{3})\*?E[A-Z0-9*]{1,31}$/i.exec(evseId) ?? []
  return country_code === undefined || party_id === undefined
    ? undefined
    : { country_code, party_id }
}
