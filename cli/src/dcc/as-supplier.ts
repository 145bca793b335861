import { fromIso, parseEui64, type Eui64, type Instant } from '@interlock/kernel'
import type { Asking, CompanyAsking } from '@interlock/supplier'
import { UsageError } from '../command.ts'
import { textOf, type FlagSpecs, type FlagValues } from '../flags.ts'
import {
  atCompany,
  certificateFlag,
  certificateIn,
  companyAccess,
  companyFlags,
} from './at-company.ts'

/** What a supplier's command takes besides the device and what is asked of it. */
export const supplierFlags: FlagSpecs = { ...companyFlags, ...certificateFlag }
export const supplierAccess = `--certificate FILE ${companyAccess}`
/** The same in an example. */
export const exampleAccess =
  '--dcc https://dcc.example:8443 --identity supplier --trust smart-meter.pem --certificate dcc.pem'

/**
 * Asks something of the data company and signs it, as the supplier whose identity it is. Counters are the time of
 * the machine.
 * @throws UsageError when it is not said with which; Fault for what cannot be read or reached
 */
export async function asSupplier<Result>(
  flags: FlagValues,
  ask: (asking: Asking & CompanyAsking, now: Instant) => Promise<Result>,
): Promise<Result> {
  const company = certificateIn(flags)
  const { duisClient, nodeCrypto: crypto, pinPeer, systemClock } = await import('@interlock/host')
  const record = (): void => {}
  return atCompany(flags, ({ http, url, identity, roots }) => {
    const pinned = pinPeer(company, record)
    const dcc = duisClient({
      http,
      url,
      identity,
      company: pinned,
      roots,
      crypto,
      wall: systemClock,
      record,
    })
    const { organisation } = identity.peer
    const { eui } = pinned.current()
    const asking = { dcc, organisation, key: identity.key, crypto, company: eui }
    return ask(asking, systemClock.now())
  })
}

/** The one device that a command is for. @throws UsageError */
export function deviceIn([text = '', ...more]: readonly string[]): Eui64 {
  const device = more.length === 0 ? parseEui64(text) : undefined
  if (device === undefined)
    throw new UsageError('which one device? Its EUI-64, as 02-00-00-02-00-00-00-01')
  return device
}

/** When the data company is to send it: `--at`, if it is given. @throws UsageError */
export function timeIn(flags: FlagValues): Instant | undefined {
  const text = textOf(flags, 'at')
  const at = text === undefined ? undefined : fromIso(text)
  if (text !== undefined && (at === undefined || at % 1000 !== 0))
    throw new UsageError('--at: a time in whole seconds, as 2026-01-05T18:00:00Z')
  return at
}
