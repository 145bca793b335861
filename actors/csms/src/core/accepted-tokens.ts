import { tokenKey } from './facts.ts'
import { keyOfTransaction, type TransactionName } from './transaction-name.ts'

type Shown = { readonly idToken: string; readonly type: string }

/** Which tokens were accepted for transactions that have not ended. */
export type AcceptedTokens = {
  /** The keys of all that were, when this one is new; `undefined` when it is known, or one too many. */
  accept(token: Shown, transaction: TransactionName): readonly string[] | undefined
  was(token: Shown, transaction: TransactionName): boolean
  /** True when there were any. */
  ends(transaction: TransactionName): boolean
  /** As it stood before a restart. */
  restore(transaction: TransactionName, keys: readonly string[]): void
}

const transactionsMax = 200_000
const tokensMax = 8

export function acceptedTokens(): AcceptedTokens {
  const byTransaction = new Map<string, Set<string>>()
  const put = (transaction: TransactionName, tokens: Set<string>): void => {
    byTransaction.set(keyOfTransaction(transaction), tokens)
    for (const oldest of byTransaction.keys()) {
      if (byTransaction.size <= transactionsMax) break
      byTransaction.delete(oldest)
    }
  }
  const tokensOf = (transaction: TransactionName): Set<string> | undefined =>
    byTransaction.get(keyOfTransaction(transaction))
  return {
    accept(token, transaction) {
      const tokens = tokensOf(transaction) ?? new Set()
      const key = tokenKey(token)
      if (tokens.has(key) || tokens.size >= tokensMax) return undefined
      put(transaction, tokens.add(key))
      return [...tokens]
    },
    was: (token, transaction) => tokensOf(transaction)?.has(tokenKey(token)) === true,
    ends: (transaction) => byTransaction.delete(keyOfTransaction(transaction)),
    restore: (transaction, keys) => put(transaction, new Set(keys.slice(0, tokensMax))),
  }
}
