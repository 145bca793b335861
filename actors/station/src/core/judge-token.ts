import type { Instant } from '@interlock/kernel'
import { recallToken, type AuthCache } from './auth-cache.ts'
import { listed, type LocalList } from './local-list.ts'
import type { Token, TokenInfo } from './token.ts'

/** The variables of AuthCtrlr, AuthCacheCtrlr and LocalAuthListCtrlr that judge a token. */
export type TokenRules = {
  readonly preAuthorize: boolean
  readonly authorizeOffline: boolean
  readonly unknownOffline: boolean
  readonly askNobody: boolean
  readonly cacheEnabled: boolean
  readonly cacheSeconds: number
  readonly cacheFinal: boolean
  readonly listEnabled: boolean
  readonly listFinal: boolean
}

export type Known = { readonly cache: AuthCache; readonly list: LocalList }

/** `ask`: only the CSMS can say. `allow` names where the word came from. */
export type TokenVerdict =
  | { readonly kind: 'ask' }
  | {
      readonly kind: 'allow'
      readonly by: 'list' | 'cache' | 'unknownOffline'
      readonly info: TokenInfo
    }
  | { readonly kind: 'refuse'; readonly info: TokenInfo }

/**
 * What the station itself can say of a token. The list goes before the cache (C13.FR.01). Online it
 * is asked first only under LocalPreAuthorize, and a refusal is final only where no second opinion is
 * wanted (C12.FR.05, C14.FR.03); offline it is all there is (C13.FR.02 … C15.FR.08).
 */
export function judgeToken(
  token: Token,
  known: Known,
  rules: TokenRules,
  online: boolean,
  now: Instant,
): TokenVerdict {
  const found = lookUp(token, known, rules, now)
  if (online) {
    const own = rules.preAuthorize || rules.askNobody ? found : undefined
    if (own?.info.status === 'Accepted') return { kind: 'allow', by: own.by, info: own.info }
    if (own?.final === true) return { kind: 'refuse', info: own.info }
    if (rules.askNobody) return { kind: 'refuse', info: own?.info ?? unknown }
    return { kind: 'ask' }
  }
  if (rules.authorizeOffline && found !== undefined)
    return found.info.status === 'Accepted'
      ? { kind: 'allow', by: found.by, info: found.info }
      : { kind: 'refuse', info: found.info }
  if (rules.unknownOffline && found === undefined)
    return { kind: 'allow', by: 'unknownOffline', info: { status: 'Accepted' } }
  return { kind: 'refuse', info: unknown }
}

const unknown: TokenInfo = { status: 'Unknown' }

function lookUp(token: Token, { cache, list }: Known, rules: TokenRules, now: Instant) {
  const ofList = rules.listEnabled ? listed(list, token, now) : undefined
  if (ofList !== undefined) return { by: 'list', info: ofList, final: rules.listFinal } as const
  const ofCache = rules.cacheEnabled
    ? recallToken(cache, token, rules.cacheSeconds, now)
    : undefined
  if (ofCache !== undefined) return { by: 'cache', info: ofCache, final: rules.cacheFinal } as const
  return undefined
}
