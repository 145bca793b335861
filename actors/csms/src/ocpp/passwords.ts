import { isPassword } from '@interlock/host'
import { toHex, utf8 } from '@interlock/kernel'
import type { Context } from '../context.ts'
import type { StationRecord } from '../data/stations.ts'

const verifiedMax = 20_000

/** The hash of the password that was offered, where the station may have it; otherwise nothing. */
export type Passwords = (record: StationRecord, password: string) => Promise<string | undefined>

/**
 * Checks passwords of security profiles 1 and 2. After a reconnect storm thousands come back at
 * once, so one that was right is known again by a digest that this process alone can make.
 */
export function createPasswords({ crypto: digests }: Context['deps']): Passwords {
  const pepper = crypto.randomUUID()
  const verified = new Map<string, string>()
  return async ({ stationId, passwordHash, offeredHashes }, password) => {
    const hashes = [...(passwordHash === undefined ? [] : [passwordHash]), ...offeredHashes]
    const digestOf = (hash: string): string =>
      toHex(digests.sha256(utf8(`${pepper} ${hash} ${password}`)))
    const known = hashes.find((hash) => verified.get(stationId) === digestOf(hash))
    if (known !== undefined) return known
    for (const hash of hashes) {
      if (!(await isPassword(password, hash))) continue
      if (verified.size >= verifiedMax) verified.clear()
      verified.set(stationId, digestOf(hash))
      return hash
    }
    return undefined
  }
}
