import { tokenKey } from './facts.ts'

type Shown = { readonly idToken: string; readonly type: string }

/** Which token is charging in which transaction, over all stations. */
export type TokensInUse = {
  begins(token: Shown, transactionId: string): void
  ends(transactionId: string): void
  /** Transactions that run with it, but for that one. */
  others(token: Shown, transactionId: string | undefined): number
}

const usesMax = 200_000

export function tokensInUse(): TokensInUse {
  const byToken = new Map<string, Set<string>>()
  const tokenOf = new Map<string, string>()
  const ends = (transactionId: string): void => {
    const key = tokenOf.get(transactionId)
    if (key === undefined) return
    tokenOf.delete(transactionId)
    const rest = byToken.get(key)
    rest?.delete(transactionId)
    if (rest?.size === 0) byToken.delete(key)
  }
  return {
    begins(token, transactionId) {
      // The token that stops it need not be the one that began it.
      if (tokenOf.has(transactionId)) return
      for (const oldest of tokenOf.keys()) {
        if (tokenOf.size < usesMax) break
        ends(oldest)
      }
      const key = tokenKey(token)
      tokenOf.set(transactionId, key)
      byToken.set(key, (byToken.get(key) ?? new Set()).add(transactionId))
    },
    ends,
    others(token, transactionId) {
      const running = byToken.get(tokenKey(token))
      if (running === undefined) return 0
      return running.size - (transactionId !== undefined && running.has(transactionId) ? 1 : 0)
    },
  }
}
