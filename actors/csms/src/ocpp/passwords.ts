import { isPassword } from '@interlock/host'
import { toHex, utf8 } from '@interlock/kernel'
import type { Context } from '../context.ts'
import type { StationRecord } from '../data/stations.ts'

const verifiedMax = 20_000

export type Passwords = (record: StationRecord, password: string) => Promise<boolean>

/**
 * Checks passwords of security profiles 1 and 2. After a reconnect storm thousands come back at
 * once, so one that was right is known again by a digest that this process alone can make.
 */
export function createPasswords({ crypto: digests }: Context['deps']): Passwords {
  const pepper = crypto.randomUUID()
  const verified = new Map<string, string>()
  return async ({ stationId, passwordHash }, password) => {
    if (passwordHash === undefined) return false
    const digest = toHex(digests.sha256(utf8(`${pepper} ${passwordHash} ${password}`)))
    if (verified.get(stationId) === digest) return true
    if (!(await isPassword(password, passwordHash))) return false
    if (verified.size >= verifiedMax) verified.clear()
    verified.set(stationId, digest)
    return true
  }
}
