import { tokenKey } from './facts.ts'

type Shown = { readonly idToken: string; readonly type: string }
type Transaction = { readonly stationId: string; readonly transactionId: string }

/** Which tokens were accepted for transactions that have not ended. In memory: a restart forgets it. */
export type AcceptedTokens = {
  accept(token: Shown, transaction: Transaction): void
  was(token: Shown, transaction: Transaction): boolean
  ends(transaction: Transaction): void
}

const transactionsMax = 200_000
const tokensMax = 8

export function acceptedTokens(): AcceptedTokens {
  const byTransaction = new Map<string, Set<string>>()
  const nameOf = ({ stationId, transactionId }: Transaction): string =>
    JSON.stringify([stationId, transactionId])
  return {
    accept(token, transaction) {
      const name = nameOf(transaction)
      const tokens = byTransaction.get(name) ?? new Set()
      if (tokens.size < tokensMax) tokens.add(tokenKey(token))
      byTransaction.set(name, tokens)
      for (const oldest of byTransaction.keys()) {
        if (byTransaction.size <= transactionsMax) break
        byTransaction.delete(oldest)
      }
    },
    was: (token, transaction) =>
      byTransaction.get(nameOf(transaction))?.has(tokenKey(token)) === true,
    ends(transaction) {
      byTransaction.delete(nameOf(transaction))
    },
  }
}
