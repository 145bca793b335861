import { fromIso, type Instant } from '@interlock/kernel'
import { Type, type Static } from 'typebox'

/** Types that the objects of OCPI 2.2.1 share (§17). Members that are not listed are kept. */

/** Without regard to case, printable ASCII. */
export const Ci = (maxLength: number) =>
  Type.String({ minLength: 1, maxLength, pattern: '^[\\x20-\\x7E]+$' })
export const Text = (maxLength: number) => Type.String({ minLength: 1, maxLength })
export const Url = Text(255)
/** UTC, with or without its `Z`. */
export const DateTime = Type.String({
  maxLength: 25,
  pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,3})?Z?$',
})
export const Clock = Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' })
/** Lists have no end in the standard; ours do. */
export const listMax = 1_000
export const list = <Item extends Parameters<typeof Type.Array>[0]>(item: Item, minItems = 0) =>
  Type.Array(item, { minItems, maxItems: listMax })

export const Price = Type.Object({
  excl_vat: Type.Number(),
  incl_vat: Type.Optional(Type.Number()),
})
export type OcpiPrice = Static<typeof Price>

export const DisplayText = Type.Object({ language: Text(2), text: Text(512) })
export const owner = { country_code: Ci(2), party_id: Ci(3) }
export const GeoLocation = Type.Object({
  latitude: Type.String({ maxLength: 10, pattern: '^-?\\d{1,2}\\.\\d{5,7}$' }),
  longitude: Type.String({ maxLength: 11, pattern: '^-?\\d{1,3}\\.\\d{5,7}$' }),
})

/** The moment of a DateTime; `undefined` where there is no such day or time. */
export const ocpiTime = (text: string): Instant | undefined =>
  fromIso(text.endsWith('Z') ? text : `${text}Z`)

/** Whether two CiStrings are one. */
export const sameCi = (left: string, right: string): boolean =>
  left.toLowerCase() === right.toLowerCase()
