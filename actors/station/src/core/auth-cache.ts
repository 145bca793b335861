import { fromIso, type Instant } from '@interlock/kernel'
import { sameToken, tokenOf, type Token, type TokenInfo } from './token.ts'

/** What the CSMS last said of a token, and when (C10.FR.03, C10.FR.04). */
export type CachedToken = {
  readonly token: Token
  readonly info: TokenInfo
  readonly heardAt: Instant
  readonly usedAt: Instant
}
export type AuthCache = readonly CachedToken[]

/** The least recently used gives way (C10.FR.07). */
export const cacheEntriesMax = 100

/** The cache after the CSMS has said something of a token, good or bad. */
export function hear(cache: AuthCache, token: Token, info: TokenInfo, now: Instant): AuthCache {
  const others = cache.filter((each) => !sameToken(each.token, token))
  const entry = { token: tokenOf(token), info, heardAt: now, usedAt: now }
  const ordered = [...others, entry].sort((a, b) => a.usedAt - b.usedAt)
  return ordered.slice(-cacheEntriesMax)
}

/** The cache after a token was presented. */
export const use = (cache: AuthCache, token: Token, now: Instant): AuthCache =>
  cache.map((each) => (sameToken(each.token, token) ? { ...each, usedAt: now } : each))

/**
 * What is known of a token, unless it is older than `lifeSeconds` or past the expiry that the CSMS
 * gave (C10.FR.08, C10.FR.10); a life of 0 does not end.
 */
export function recallToken(
  cache: AuthCache,
  token: Token,
  lifeSeconds: number,
  now: Instant,
): TokenInfo | undefined {
  const entry = cache.find((each) => sameToken(each.token, token))
  if (entry === undefined) return undefined
  const { info, heardAt } = entry
  const expiry = info.cacheExpiryDateTime
  const until = expiry === undefined ? undefined : fromIso(expiry)
  if (until !== undefined) return now < until ? info : undefined
  return lifeSeconds === 0 || now < heardAt + lifeSeconds * 1000 ? info : undefined
}
