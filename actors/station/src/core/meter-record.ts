import { fromAdditionalInfo, identifications } from '@interlock/driver'
import { toIso, type Instant } from '@interlock/kernel'
import type { PageContext, Payload } from '@interlock/ocmf'
import type { Context } from './meter-values.ts'
import type { Token } from './token.ts'

/** What the meter remembers of its signing. JSON values only. */
export type Signing = {
  /** The last page of each context; a page is used once, and none is left out. */
  readonly pages: Readonly<Record<PageContext, number>>
  /** The transaction in which the public key was last sent. */
  readonly keyToldIn?: string
}
export const noPages: Signing = { pages: { T: 0, F: 0 } }

/** One register value and what it is signed together with. */
export type Fact = {
  readonly wattHours: number
  readonly at: Instant
  readonly context: Context
  readonly page: number
  /** Absent for a reading outside of transactions. */
  readonly holder?: Token | 'unknown'
  /** Whether the clock is one that the meter may rest on. */
  readonly timeTrusted: boolean
  /** Of the controller, which is the meter's too: both are simulated. */
  readonly serial: string
  readonly version: string
  /** Charging station and EVSE. */
  readonly chargePoint: string
}

/** The payload of its OCMF record (OCMF 1.0). */
export const recordOf = (fact: Fact): Payload => ({
  FV: '1.0',
  GI: 'Interlock simulated charger',
  GS: fact.serial,
  GV: fact.version,
  PG: `${fact.holder === undefined ? 'F' : 'T'}${fact.page}`,
  MV: 'Interlock',
  MM: 'simulated',
  MS: fact.serial,
  ...(fact.holder !== undefined && identified(fact.holder)),
  CT: 'CBIDC',
  CI: fact.chargePoint,
  RD: [
    {
      TM: `${toIso(fact.at).replace('.', ',').replace('Z', '+0000')} ${fact.timeTrusted ? 'S' : 'I'}`,
      ...(fact.holder !== undefined && { TX: moments[fact.context] ?? 'C' }),
      RV: fact.wattHours,
      RI: '1-b:1.8.0',
      RU: 'Wh',
      RT: 'AC',
      EF: '',
      ST: 'G',
    },
  ],
})

/** `TX`: what is read on the way is C. */
const moments: Partial<Readonly<Record<Context, string>>> = {
  'Transaction.Begin': 'B',
  'Transaction.End': 'E',
}

/** `IT`, by the type of an OCPP token. */
const identificationTypes: Readonly<Record<Token['type'], string>> = {
  Central: 'CENTRAL',
  eMAID: 'EMAID',
  ISO14443: 'ISO14443',
  ISO15693: 'ISO15693',
  KeyCode: 'KEY_CODE',
  Local: 'LOCAL',
  MacAddress: 'EVCCID',
  NoAuthorization: 'NONE',
}

/** A number that anyone can copy is hearsay (`IL`), whoever presented it; what a card has proved is not. */
function identified(holder: Token | 'unknown'): Partial<Payload> {
  if (holder === 'unknown' || holder.type === 'NoAuthorization')
    return { IS: false, IL: 'NONE', IF: [], IT: 'NONE', ID: '' }
  const isCard = holder.type === 'ISO14443' || holder.type === 'ISO15693'
  const carried = fromAdditionalInfo(holder.idToken, holder.additionalInfo, '')
  const isVerified = carried.ok && carried.value.strength === 'VERIFIED'
  const { strength, flags } = identifications[isVerified ? 'challengeResponse' : 'staticUid']
  return {
    IS: true,
    IL: strength,
    IF: isCard ? flags : [],
    IT: identificationTypes[holder.type],
    ID: holder.idToken,
  }
}
