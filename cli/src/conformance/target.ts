import type { Foreign, Role } from '@interlock/lab/conformance'
import { UsageError } from '../command.ts'
import type { FlagValues } from '../flags.ts'
import { readForeignCsms } from './foreign-csms.ts'
import { readForeignStation } from './foreign-station.ts'
import { foreignEnd } from './flags.ts'

/** The end under test; `foreign` where it is someone else's. */
export type Target = { readonly target: string; readonly foreign?: Foreign }

/** @throws UsageError, and Fault for a file that cannot be read */
export function readTarget(flags: FlagValues, role: Role, say: (words: string) => void): Target {
  const target = typeof flags['target'] === 'string' ? flags['target'] : 'self'
  if (/^wss?:/.test(target)) {
    const address = addressIn(target)
    const foreign: Foreign =
      role === 'csms'
        ? { csms: readForeignCsms(flags, address) }
        : { station: readForeignStation(flags, address, say) }
    return { target: address.href, foreign }
  }
  const stray = Object.keys(foreignEnd).find((name) => flags[name] !== undefined)
  if (stray !== undefined)
    throw new UsageError(`--${stray} is for an end of someone else: --target ws(s)://…`)
  if (target === 'relay' && role === 'station')
    throw new UsageError('--target relay is for the CSMS role')
  if (['self', 'null', 'relay'].includes(target)) return { target }
  throw new UsageError(`--target: self, null, relay or ws(s)://…, not “${target}”`)
}

function addressIn(target: string): URL {
  const address = URL.canParse(target) ? new URL(target) : undefined
  if (address === undefined || address.username !== '' || address.search + address.hash !== '')
    throw new UsageError('--target: ws(s)://host:port/path, without a user or a query')
  return address
}
