import { existsSync } from 'node:fs'
import { inSeconds, type Clock, type Timer } from '@interlock/kernel'
import { fromPem, readRevocationBundle, type BundledList } from '@interlock/pki'
import type { Running } from './deps.ts'
import type { Log } from './log.ts'
import { nodeCrypto } from './node-crypto.ts'
import { readText } from './read-file.ts'

export type RevocationFile = Running & {
  readonly revoked: (serialHex: string) => boolean
  /** Reads the file now; it is read each half minute anyway. */
  refresh(): void
}

const refreshSeconds = 30

/**
 * The revocation list of the charging side, as the bundle that the supervisor publishes, in a file that
 * whoever operates this server renews. One that does not verify, or is older than the last, changes nothing.
 */
export function watchRevocations(options: {
  readonly path: string | undefined
  readonly rootPem: string
  readonly wall: Clock
  readonly log: Log
  /** There is a new list. */
  readonly onChange?: () => void
}): RevocationFile {
  const { path, rootPem, wall, log, onChange = () => {} } = options
  const roots = { charging: fromPem(rootPem, 'CERTIFICATE'), smartMeter: [] }
  let held: BundledList | undefined
  let timer: Timer | undefined

  function refresh(): void {
    if (path === undefined || !existsSync(path)) return
    try {
      const demands = { roots, at: wall.now(), crypto: nodeCrypto }
      const list = readRevocationBundle(readText(path), demands)
      if (!list.ok) return log.warn({ path, reason: list.reason }, 'revocation list refused')
      if (held !== undefined && list.value.number <= held.number) return
      held = list.value
      onChange()
    } catch (error) {
      log.warn({ path, error }, 'revocation list not read')
    }
  }
  function again(): void {
    timer = wall.after(inSeconds(refreshSeconds), 'revocation file', () => {
      refresh()
      again()
    })
  }
  refresh()
  if (path !== undefined) again()
  return {
    revoked: (serialHex) => held?.serials.has(serialHex) === true,
    refresh,
    close() {
      timer?.cancel()
      return Promise.resolve()
    },
  }
}
