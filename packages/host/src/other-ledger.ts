import type { Reservation } from '@interlock/contract'
import { Fault, ok, refused, type Outcome } from '@interlock/kernel'
import type { HttpClient } from './http-client.ts'
import type { Log } from './log.ts'

/** The other ledger, which must agree to everything that this one grants. */
export type OtherLedger = {
  reserve(
    reservation: Reservation,
  ): Promise<Outcome<undefined, 'BudgetExceeded' | 'PeerUnavailable'>>
  /** Gives a reservation back; when that fails the other side keeps charging it, which is safe. */
  release(id: string): Promise<void>
}

export function otherLedger(client: HttpClient, url: string, log: Log): OtherLedger {
  const path = `${url}/api/v1/reservations`
  return {
    async reserve(reservation) {
      try {
        const { status } = await client.request('POST', path, reservation)
        if (status === 200 || status === 201) return ok(undefined)
        return status === 409
          ? refused('BudgetExceeded', 'the other ledger refused')
          : refused('PeerUnavailable', `the other ledger answered ${status}`)
      } catch (error) {
        if (error instanceof Fault) return refused('PeerUnavailable', error.message)
        throw error
      }
    },
    async release(id) {
      try {
        await client.request('DELETE', `${path}/${id}`)
      } catch (error) {
        log.warn({ id, error: String(error) }, 'the other ledger keeps a reservation')
      }
    },
  }
}
