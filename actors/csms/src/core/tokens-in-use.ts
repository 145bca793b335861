import { tokenKey } from './facts.ts'
import { keyOfTransaction, transactionOf, type TransactionName } from './transaction-name.ts'

type Shown = { readonly idToken: string; readonly type: string }

/** Which token is charging in which transaction, over all stations. */
export type TokensInUse = {
  begins(token: Shown, transaction: TransactionName): void
  /** @returns key of the token that was charging, where it is known */
  ends(transaction: TransactionName): string | undefined
  /** Transactions that run with it, but for that one. */
  others(token: Shown, transaction: TransactionName | undefined): number
  /** Transactions that run with it. */
  running(token: Shown): readonly TransactionName[]
}

const usesMax = 200_000

export function tokensInUse(): TokensInUse {
  const byToken = new Map<string, Set<string>>()
  const tokenOf = new Map<string, string>()
  const end = (name: string): string | undefined => {
    const key = tokenOf.get(name)
    if (key === undefined) return undefined
    tokenOf.delete(name)
    const rest = byToken.get(key)
    rest?.delete(name)
    if (rest?.size === 0) byToken.delete(key)
    return key
  }
  return {
    begins(token, transaction) {
      const name = keyOfTransaction(transaction)
      // The token that stops it need not be the one that began it.
      if (tokenOf.has(name)) return
      for (const oldest of tokenOf.keys()) {
        if (tokenOf.size < usesMax) break
        end(oldest)
      }
      const key = tokenKey(token)
      tokenOf.set(name, key)
      byToken.set(key, (byToken.get(key) ?? new Set()).add(name))
    },
    ends: (transaction) => end(keyOfTransaction(transaction)),
    others(token, transaction) {
      const running = byToken.get(tokenKey(token))
      if (running === undefined) return 0
      const own = transaction !== undefined && running.has(keyOfTransaction(transaction))
      return running.size - (own ? 1 : 0)
    },
    running: (token) => [...(byToken.get(tokenKey(token)) ?? [])].map(transactionOf),
  }
}
