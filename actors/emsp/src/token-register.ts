import { readKeyStatement, type TokenStatus } from '@interlock/driver'
import type { HttpClient } from '@interlock/host'
import { Fault, ok, refused, type Outcome } from '@interlock/kernel'
import type { Allowed } from './core/authorise.ts'

const allowedOf: Readonly<Record<TokenStatus, Allowed>> = {
  active: 'ALLOWED',
  suspended: 'BLOCKED',
  lost: 'BLOCKED',
  expired: 'EXPIRED',
}

export type AskRegister = (uid: string) => Promise<Outcome<Allowed, 'Unavailable'>>

/** What the central register says of a card of ours; what it does not know, it has nothing against. */
export const tokenRegister =
  (http: HttpClient, url: string): AskRegister =>
  async (uid) => {
    try {
      const path = `/cir/1.0/tokens/${encodeURIComponent(uid.toUpperCase())}/key`
      const { status, body } = await http.request('GET', `${url}${path}`)
      if (status === 404) return ok('ALLOWED')
      const said = status === 200 ? readKeyStatement(body) : undefined
      return said === undefined
        ? refused('Unavailable', `status ${status}`)
        : ok(allowedOf[said.statement.status])
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      return refused('Unavailable', error.message)
    }
  }
