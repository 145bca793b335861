import { sql, type Kysely } from 'kysely'
import { keyOfToken, type Token } from '../core/token.ts'
import type { CsmsTables } from './schema.ts'

/** Tokens are in memory, for an Authorize waits for nobody; the database has them for a restart. */
export type TokenStore = {
  find(token: { readonly idToken: string; readonly type: string }): Token | undefined
  /** Sorted by key, those after `after`. */
  list(page: { readonly after: string | undefined; readonly limit: number }): readonly Token[]
  /** @returns false when there are as many as there may be. */
  put(token: Token): Promise<boolean>
  remove(token: { readonly idToken: string; readonly type: string }): Promise<boolean>
  /** Reads them all; once, at start. */
  restore(): Promise<void>
}

const tokensMax = 500_000

export function tokenStore(db: Kysely<CsmsTables>): TokenStore {
  const tokens = new Map<string, Token>()
  return {
    find: (token) => tokens.get(keyOfToken(token as Token)),
    list: ({ after = '', limit }) =>
      [...tokens.keys()]
        .filter((key) => key > after)
        .sort()
        .slice(0, limit)
        .flatMap((key) => tokens.get(key) ?? []),
    async put(token) {
      const key = keyOfToken(token)
      if (!tokens.has(key) && tokens.size >= tokensMax) return false
      const json = sql`${JSON.stringify(token)}::jsonb`
      await db
        .insertInto('tokens')
        .values({ type: token.type, id_token: token.idToken.toLowerCase(), token: json })
        .onConflict((conflict) =>
          conflict.columns(['type', 'id_token']).doUpdateSet({ token: json }),
        )
        .execute()
      tokens.set(key, token)
      return true
    },
    async remove(token) {
      await db
        .deleteFrom('tokens')
        .where('type', '=', token.type)
        .where('id_token', '=', token.idToken.toLowerCase())
        .execute()
      return tokens.delete(keyOfToken(token as Token))
    },
    async restore() {
      const rows = await db.selectFrom('tokens').select('token').execute()
      for (const { token } of rows) tokens.set(keyOfToken(token as Token), token as Token)
    },
  }
}
