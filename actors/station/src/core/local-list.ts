import { fromIso, type Instant } from '@interlock/kernel'
import type { Request, Response } from '@interlock/ocpp'
import { sameToken, type Token, type TokenInfo } from './token.ts'

export type ListedToken = { readonly token: Token; readonly info: TokenInfo }
export type LocalList = { readonly version: number; readonly entries: readonly ListedToken[] }

/** As LocalAuthListCtrlr.Entries reports its maximum. */
export const localListEntriesMax = 500

export const noList: LocalList = { version: 0, entries: [] }

export type ListUpdate = {
  readonly status: Response<'SendLocalList'>['status']
  readonly reason?: string
  readonly list: LocalList
}

/**
 * D01. The list after an update, all of it or nothing. A differential one must be newer than what is
 * held (D01.FR.19), and takes out what it names without information (D01.FR.17).
 */
export function updated(
  list: LocalList,
  request: Request<'SendLocalList'>,
  entriesMax: number,
): ListUpdate {
  const { updateType, versionNumber: version, localAuthorizationList: given = [] } = request
  const failed = (reason: string): ListUpdate => ({ status: 'Failed', reason, list })
  if (version <= 0) return failed('InvalidValue')
  if (given.some((each, at) => given.slice(0, at).some(isOf(each.idToken))))
    return failed('InvalidValue')
  if (updateType === 'Differential' && version <= list.version)
    return { status: 'VersionMismatch', list }
  if (updateType === 'Full' && given.some((each) => each.idTokenInfo === undefined))
    return failed('MissingParam')
  const kept =
    updateType === 'Full'
      ? []
      : list.entries.filter(({ token }) => !given.some((each) => sameToken(each.idToken, token)))
  const entries = [
    ...kept,
    ...given.flatMap(({ idToken, idTokenInfo }) =>
      idTokenInfo === undefined ? [] : [{ token: idToken, info: idTokenInfo }],
    ),
  ]
  if (entries.length > entriesMax) return failed('TooManyElements')
  return { status: 'Accepted', list: { version, entries } }
}

/** What the list says of a token; one that has run out is `Expired` (C13.FR.03). */
export function listed(list: LocalList, token: Token, now: Instant): TokenInfo | undefined {
  const info = list.entries.find((each) => sameToken(each.token, token))?.info
  if (info?.cacheExpiryDateTime === undefined) return info
  const until = fromIso(info.cacheExpiryDateTime)
  return until !== undefined && now >= until ? { ...info, status: 'Expired' } : info
}

const isOf = (token: Token) => (each: { readonly idToken: Token }) => sameToken(each.idToken, token)
