import { fromIso, type Instant } from '@interlock/kernel'
import type { IdTokenInfoType, IdTokenType } from '@interlock/ocpp'
import { Type, type Static } from 'typebox'
import { tokenKey } from './facts.ts'

const strict = { additionalProperties: false }
const tokenTypes = [
  'Central',
  'eMAID',
  'ISO14443',
  'ISO15693',
  'KeyCode',
  'Local',
  'MacAddress',
] as const
/** What the operator says of a token; the other statuses follow from time and place. */
const tokenStatuses = ['Accepted', 'Blocked', 'Invalid', 'NoCredit', 'NotAtThisTime'] as const
const IdToken = Type.String({ minLength: 1, maxLength: 36 })
const Moment = Type.String({ maxLength: 40, pattern: '^\\d{4}-\\d\\d-\\d\\dT' })

/** A token that this CSMS knows, as the operator has put it in. */
export const Token = Type.Object(
  {
    idToken: IdToken,
    type: Type.Enum(tokenTypes),
    status: Type.Enum(tokenStatuses),
    /** Tokens of one group may stop each other's transactions; the master pass has its own. */
    groupId: Type.Optional(IdToken),
    /** After this it is expired. */
    expiresAt: Type.Optional(Moment),
    /** Until when a station may answer from its cache. */
    cacheExpiresAt: Type.Optional(Moment),
    /** Where it may charge; absent: everywhere. */
    stations: Type.Optional(Type.Array(Type.String({ maxLength: 48 }), { maxItems: 1_000 })),
    evseIds: Type.Optional(Type.Array(Type.Integer({ minimum: 1 }), { maxItems: 100 })),
    /** More than one transaction at a time. */
    concurrent: Type.Optional(Type.Boolean()),
    language: Type.Optional(Type.String({ maxLength: 8 })),
    /** Said to the driver: a tariff or what it will cost (I01). */
    message: Type.Optional(Type.String({ maxLength: 512 })),
    chargingPriority: Type.Optional(Type.Integer({ minimum: -9, maximum: 9 })),
  },
  strict,
)
export type Token = Static<typeof Token>

/** Where and when it is shown, and which transactions run with it. */
export type Presented = {
  readonly stationId: string
  readonly evseId: number | undefined
  readonly now: Instant
  /** Transactions elsewhere that run with it, but for the one it is shown for. */
  readonly othersRunning: number
}

/** C01, C02, C06, C08, C09, C10, C16: what a token may, for the first reason that says no. */
export function tokenInfo(token: Token | undefined, presented: Presented): IdTokenInfoType {
  if (token === undefined) return { status: 'Unknown' }
  const { groupId, cacheExpiresAt, language, message, chargingPriority, evseIds } = token
  return {
    status: statusOf(token, presented),
    ...(groupId === undefined ? {} : { groupIdToken: { idToken: groupId, type: 'Central' } }),
    ...(cacheExpiresAt === undefined ? {} : { cacheExpiryDateTime: cacheExpiresAt }),
    ...(language === undefined ? {} : { language1: language }),
    ...(chargingPriority === undefined ? {} : { chargingPriority }),
    ...(evseIds === undefined ? {} : { evseId: [...evseIds] }),
    ...(message === undefined
      ? {}
      : {
          personalMessage: {
            format: 'UTF8' as const,
            content: message,
            ...(language === undefined ? {} : { language }),
          },
        }),
  }
}

function statusOf(token: Token, presented: Presented): IdTokenInfoType['status'] {
  const { stationId, evseId, now, othersRunning } = presented
  if (token.status !== 'Accepted') return token.status
  const expiry = token.expiresAt === undefined ? undefined : fromIso(token.expiresAt)
  if (expiry !== undefined && expiry <= now) return 'Expired'
  if (token.stations !== undefined && !token.stations.includes(stationId))
    return 'NotAtThisLocation'
  const elsewhere = evseId !== undefined && token.evseIds?.includes(evseId) === false
  if (elsewhere) return 'NotAllowedTypeEVSE'
  if (othersRunning > 0 && token.concurrent !== true) return 'ConcurrentTx'
  return 'Accepted'
}

/** Tokens are compared without regard to case. */
export const keyOfToken = ({ idToken, type }: Pick<IdTokenType, 'idToken' | 'type'>): string =>
  tokenKey({ idToken, type })
