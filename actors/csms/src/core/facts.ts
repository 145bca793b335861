import { isSecretVariable, isUrlName, shownUrl, withoutCredentials } from './secret-variables.ts'

/** Kinds of things known of a station, with how many of each are kept. */
export const factKinds = {
  boot: 1,
  connector: 100,
  variable: 5_000,
  report: 100,
  monitor: 1_000,
  event: 1_000,
  securityEvent: 1_000,
  profile: 500,
  compositeSchedule: 50,
  chargingLimit: 50,
  evCharging: 50,
  localList: 1,
  localListEntry: 5_000,
  certificate: 500,
  certificateRequest: 50,
  firmware: 100,
  log: 100,
  customerInformation: 100,
  displayMessage: 500,
  /** Asked for, and not yet begun. */
  remoteStart: 50,
  reservation: 200,
  networkProfile: 50,
  availability: 100,
  transactionStatus: 200,
  /** Which tokens were accepted for a transaction that runs. */
  acceptedTokens: 200,
  meterValues: 500,
  dataTransfer: 200,
  /** What drivers have agreed to at the station, by their cards. */
  agreement: 200,
  /** Whom owners allow to charge at the station, as they have signed it. */
  guest: 200,
  /** What the register of driver tokens has found at the station, by card. */
  cardFinding: 1_000,
} as const satisfies Record<string, number>
export type FactKind = keyof typeof factKinds

/** One thing known of one station. */
export type Fact = {
  readonly stationId: string
  readonly kind: FactKind
  /** What it is about; a newer fact with this key takes the place of the older. */
  readonly key: string
  /** When it became known, ms since 1970. */
  readonly at: number
  readonly value: Readonly<Record<string, unknown>>
}

/** A fact of the station that one message or answer is about. */
export type Learned = Pick<Fact, 'kind' | 'key' | 'value'>

export const learned = (
  kind: FactKind,
  key: string | number,
  value: Readonly<Record<string, unknown>>,
): Learned => ({ kind, key: String(key), value })

/** A value of a variable. That of a secret one is not put on file. */
export const learnedVariable = (
  { component, variable, attributeType = 'Actual' }: NamedVariable,
  said: Readonly<Record<string, unknown>>,
): Learned =>
  learned('variable', attributeKey(component, variable, attributeType), {
    component,
    variable,
    attributeType,
    ...said,
    ...('value' in said ? { value: shownValue(said['value'], variable) } : {}),
  })

const shownValue = (value: unknown, variable: Named): unknown => {
  if (isSecretVariable(variable)) return null
  if (typeof value !== 'string') return value
  return isUrlName(variable.name) ? shownUrl(value) : withoutCredentials(value)
}

type NamedVariable = {
  readonly component: Named
  readonly variable: Omit<Named, 'evse'>
  readonly attributeType?: string | undefined
}

/** What a message or an answer teaches: things that are so, and things that no longer are. */
export type Lesson = {
  readonly put?: readonly Learned[]
  readonly remove?: readonly {
    readonly kind: FactKind
    /** Absent: all of the kind. */
    readonly keys?: readonly string[]
  }[]
}

/** A key that sorts by time; `part` tells apart what came in the same millisecond. */
export const keyAt = (at: number, part: string): string => `${String(at).padStart(15, '0')}/${part}`

type Named = {
  readonly name: string
  readonly instance?: string
  readonly evse?: { readonly id: number; readonly connectorId?: number }
}

/** Names are compared without regard to case (Part 2, appendix 1). */
export const variableKey = (component: Named, variable: Omit<Named, 'evse'>): string => {
  const { name, instance, evse } = component
  const place = `${evse?.id ?? ''}.${evse?.connectorId ?? ''}`
  const parts = [name, instance ?? '', place, variable.name, variable.instance ?? '']
  return parts.join('/').toLowerCase()
}

/** One row for each attribute of a variable; `Actual` where none is named. */
export const attributeKey = (
  component: Named,
  variable: Omit<Named, 'evse'>,
  type: string = 'Actual',
): string => `${variableKey(component, variable)}#${type}`

export const tokenKey = ({ type, idToken }: { type: string; idToken: string }): string =>
  `${type}/${idToken.toLowerCase()}`

export const certificateKey = (hash: {
  readonly issuerNameHash: string
  readonly issuerKeyHash: string
  readonly serialNumber: string
}): string => [hash.issuerNameHash, hash.issuerKeyHash, hash.serialNumber].join('/').toLowerCase()
