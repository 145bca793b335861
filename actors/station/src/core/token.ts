import type { Request, Response } from '@interlock/ocpp'

type IdToken = Request<'Authorize'>['idToken']
/**
 * IdTokenType: who stands at the charger, or whom the CSMS started for. What a card has proved goes along in
 * `additionalInfo`, which only this charger writes.
 */
export type Token = Pick<IdToken, 'idToken' | 'type' | 'additionalInfo'>
/** IdTokenInfoType: what is known of a token. */
export type TokenInfo = Response<'Authorize'>['idTokenInfo']
export type TokenStatus = TokenInfo['status']

/** Nobody said who they are: a start button, or a station that asks nobody (C02). */
export const noToken: Token = { idToken: '', type: 'NoAuthorization' }

/** Tokens are compared without regard to case (C01.FR.20, Part 2 §2.1.1). */
export const sameToken = (left: Token, right: Token): boolean =>
  left.type === right.type && left.idToken.toLowerCase() === right.idToken.toLowerCase()

/** The token alone, without what was proved. */
export const tokenOf = ({ idToken, type }: Token): Token => ({ idToken, type })

/** Two tokens of one group may end what the other began (C09.FR.03). */
export const sameGroup = (left: Token | undefined, right: Token | undefined): boolean =>
  left !== undefined &&
  right !== undefined &&
  left.idToken.toLowerCase() === right.idToken.toLowerCase()

/** Whether the group is the one that may end every transaction (C16). */
export const isMasterPass = (info: TokenInfo, masterPassGroup: string): boolean =>
  masterPassGroup !== '' &&
  info.groupIdToken?.idToken.toLowerCase() === masterPassGroup.toLowerCase()
