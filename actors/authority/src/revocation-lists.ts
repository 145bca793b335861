import { limits } from '@interlock/contract'
import type { ActorDeps } from '@interlock/host'
import { inHours, millis, type Instant } from '@interlock/kernel'
import { createCrl, type CertificateAuthority } from '@interlock/pki'
import type { Register } from './register.ts'

/** The list in force: signed anew when something was revoked, and long before it would run out. */
export type RevocationLists = {
  current(): Promise<string>
  /** The next list must be a new one. */
  renew(): void
}

const renewAfter = inHours(6)

export function revocationLists(
  ca: CertificateAuthority,
  register: Register,
  { wall, crypto }: Pick<ActorDeps, 'wall' | 'crypto'>,
): RevocationLists {
  let current: { readonly pem: Promise<string>; readonly at: Instant } | undefined

  const sign = async (now: Instant): Promise<string> =>
    createCrl({
      ca,
      number: await register.nextListNumber(),
      revoked: await register.revoked(),
      now,
      validMillis: millis(limits.revocationListMillisMax),
      crypto,
    })

  return {
    async current() {
      const now = wall.now()
      if (current === undefined || now - current.at >= renewAfter)
        current = { pem: sign(now), at: now }
      const mine = current
      try {
        return await mine.pem
      } catch (error) {
        if (current === mine) current = undefined
        throw error
      }
    },
    renew() {
      current = undefined
    },
  }
}
