import { concat, sameBytes } from '@interlock/kernel'
import { bitString, der, derTags, integer, integerIn, valuesIn } from './der.ts'

/** Remote party roles, as trust-anchor cells number them. */
export const partyRoles = {
  root: 0,
  recovery: 1,
  supplier: 2,
  networkOperator: 3,
  accessControlBroker: 4,
  transitionalChangeOfSupplier: 5,
  wanProvider: 6,
  issuingAuthority: 7,
  loadController: 8,
} as const
export type PartyRole = keyof typeof partyRoles

/** What the key of a cell's certificate is for: one bit, and how many of its byte are left out. */
export const cellKeyUsages = {
  digitalSignature: bitString('0780'),
  keyAgreement: bitString('0308'),
} as const
export type CellKeyUsage = keyof typeof cellKeyUsages

/** A place in a device for one certificate of those who may command it. */
export type TrustAnchorCell = {
  readonly role: PartyRole
  readonly keyUsage: CellKeyUsage
  /** The cell for prepayment top-ups; absent: the cell for everything else. */
  readonly topUp?: true
}

const topUpUsage = integer(1)

/** What a cell is identified by, without a tag around it. */
export const cellContent = ({ role, keyUsage, topUp }: TrustAnchorCell): Uint8Array =>
  concat(
    integer(partyRoles[role]),
    cellKeyUsages[keyUsage],
    // Everything else is the default, which DER leaves out.
    topUp === true ? topUpUsage : new Uint8Array(),
  )
export const cellBytes = (cell: TrustAnchorCell): Uint8Array =>
  der(derTags.sequence, cellContent(cell))

export const roleIn = (value: Uint8Array | undefined): PartyRole | undefined => {
  const number = integerIn(value, derTags.integer)
  return (Object.keys(partyRoles) as PartyRole[]).find(
    (each) => number !== undefined && BigInt(partyRoles[each]) === number,
  )
}

export function readCellContent(content: Uint8Array | undefined): TrustAnchorCell | undefined {
  const [first, usage, topUp, ...rest] = valuesIn(content) ?? []
  const role = roleIn(first)
  const keyUsage = (Object.keys(cellKeyUsages) as CellKeyUsage[]).find(
    (each) => usage !== undefined && sameBytes(cellKeyUsages[each], usage),
  )
  if (role === undefined || keyUsage === undefined || rest.length > 0) return undefined
  if (topUp === undefined) return { role, keyUsage }
  return sameBytes(topUp, topUpUsage) ? { role, keyUsage, topUp: true } : undefined
}

/** A cell in words, which is its name as well. */
export const cellName = ({ role, keyUsage, topUp }: TrustAnchorCell): string =>
  `${role} ${keyUsage}${topUp === true ? ' topUp' : ''}`
