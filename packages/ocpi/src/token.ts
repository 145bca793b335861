import { Type, type Static } from 'typebox'
import { Ci, DateTime, DisplayText, list, owner, Text } from './fields.ts'

export const tokenTypes = ['AD_HOC_USER', 'APP_USER', 'OTHER', 'RFID'] as const
export const whitelistTypes = ['ALWAYS', 'ALLOWED', 'ALLOWED_OFFLINE', 'NEVER'] as const
export const allowedTypes = ['ALLOWED', 'BLOCKED', 'EXPIRED', 'NO_CREDIT', 'NOT_ALLOWED'] as const
export const profileTypes = ['CHEAP', 'FAST', 'GREEN', 'REGULAR'] as const

const TokenType = Type.Enum([...tokenTypes])

/** What a driver identifies with (§12.3.2). */
export const Token = Type.Object({
  ...owner,
  uid: Ci(36),
  type: TokenType,
  contract_id: Ci(36),
  visual_number: Type.Optional(Text(64)),
  issuer: Text(64),
  group_id: Type.Optional(Ci(36)),
  valid: Type.Boolean(),
  whitelist: Type.Enum([...whitelistTypes]),
  language: Type.Optional(Text(2)),
  default_profile_type: Type.Optional(Type.Enum([...profileTypes])),
  energy_contract: Type.Optional(
    Type.Object({ supplier_name: Text(64), contract_id: Type.Optional(Text(64)) }),
  ),
  last_updated: DateTime,
})
export type Token = Static<typeof Token>

/** The token as it was when its session began (§10.4.5). */
export const CdrToken = Type.Object({
  ...owner,
  uid: Ci(36),
  type: TokenType,
  contract_id: Ci(36),
})
export type CdrToken = Static<typeof CdrToken>

/** Where a token is shown (§12.4.3). */
export const LocationReferences = Type.Object({
  location_id: Ci(36),
  evse_uids: Type.Optional(list(Ci(36))),
})
export type LocationReferences = Static<typeof LocationReferences>

/** The answer to a real-time authorisation (§12.3.1). */
export const AuthorizationInfo = Type.Object({
  allowed: Type.Enum([...allowedTypes]),
  token: Token,
  location: Type.Optional(LocationReferences),
  authorization_reference: Type.Optional(Ci(36)),
  info: Type.Optional(DisplayText),
})
export type AuthorizationInfo = Static<typeof AuthorizationInfo>
