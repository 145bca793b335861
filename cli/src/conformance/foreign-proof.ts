import { loadIdentity, loadPlainIdentity, readText, type Identity } from '@interlock/host'
import { eui64, Fault } from '@interlock/kernel'
import type { SecurityProfile } from '@interlock/lab/conformance'
import { UsageError } from '../command.ts'
import { textOf, type FlagValues } from '../flags.ts'

/** @throws UsageError when the profile is not one of that address */
export function securityProfileOf(flags: FlagValues, address: URL): SecurityProfile {
  const secure = address.protocol === 'wss:'
  const profile = (flags['security-profile'] ?? (secure ? 2 : 1)) as SecurityProfile
  if (profile > 1 !== secure)
    throw new UsageError('--security-profile: 1 is for ws://, 2 and 3 are for wss://')
  return profile
}

/** The password in the file, without the end of its line. @throws UsageError when it is missing */
export function passwordOf(flags: FlagValues, profile: SecurityProfile): string | undefined {
  const file = textOf(flags, 'password-file')
  if (profile !== 3 && file === undefined)
    throw new UsageError(`--password-file FILE is needed under security profile ${profile}`)
  return profile === 3 || file === undefined ? undefined : readText(file).replace(/\r?\n$/, '')
}

/** @throws UsageError when it is missing */
export function rootsOf(flags: FlagValues, needed: boolean): readonly string[] {
  const file = textOf(flags, 'trust')
  if (file === undefined && needed)
    throw new UsageError('--trust FILE is needed: the PEM roots of the other end')
  return file === undefined ? [] : [readText(file)]
}

/** Who a certificate that names no EUI-64 is of. */
const nobody = eui64('00-00-00-00-00-00-00-00')

/** Of this system or of any other; `name` is whose it is. @throws Fault `IdentityUnreadable` */
export function identityIn(dir: string, name: string): Identity {
  try {
    return loadIdentity(dir)
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause
    return loadPlainIdentity(dir, { eui: nobody, organisation: nobody, commonName: name })
  }
}
