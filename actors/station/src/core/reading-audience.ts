import { heldStatement, type HeldStatements } from '@interlock/driver'
import { parseEui64, type Eui64, type Instant } from '@interlock/kernel'
import { parseRecord } from '@interlock/ocmf'

/** `IT` of what a reader reads of a card. */
const cardTypes: readonly string[] = ['ISO14443', 'ISO15693']

/**
 * Whose driver a record is about: the organisation that gave out the card it names, as the register of cards has signed it.
 * `undefined` for a charge without a card, which is the home's own, and for a card of which the register has said nothing
 * that still counts: nobody is told of it.
 */
export function providerOf(record: string, held: HeldStatements, now: Instant): Eui64 | undefined {
  const parsed = parseRecord(record)
  if (!parsed.ok) return undefined
  const { IT = '', ID = '' } = parsed.value.payload
  if (!cardTypes.includes(IT)) return undefined
  return parseEui64(heldStatement(held, ID, now)?.provider ?? '')
}
