import { readText } from '@interlock/host'
import { readTokens, runTokens, type Foreign, type Tokens } from '@interlock/lab/conformance'
import { UsageError } from '../command.ts'
import { texts, textOf, type FlagValues } from '../flags.ts'
import { identityIn, passwordOf, rootsOf, securityProfileOf } from './foreign-proof.ts'

type ForeignCsms = Extract<Foreign, { csms: unknown }>['csms']

/** @throws UsageError for what is missing, and Fault for a file that cannot be read */
export function readForeignCsms(flags: FlagValues, address: URL): ForeignCsms {
  const securityProfile = securityProfileOf(flags, address)
  if (flags['listen'] !== undefined) throw new UsageError('--listen is for the station role')
  const ids = texts(flags, 'station')
  if (ids.length === 0)
    throw new UsageError('--station ID is needed: a station that the CSMS knows; may be repeated')
  const dirs = texts(flags, 'identity')
  if (securityProfile === 3 && dirs.length !== ids.length)
    throw new UsageError('--identity DIR is needed once for each --station, in their order')
  const password = passwordOf(flags, securityProfile)
  return {
    address: address.href.replace(/\/$/, ''),
    securityProfile,
    stations: ids.map((stationId, at) => {
      const dir = dirs[at]
      return { stationId, ...(dir === undefined ? {} : { identity: identityIn(dir, stationId) }) }
    }),
    ...(password === undefined ? {} : { password }),
    roots: rootsOf(flags, securityProfile > 1),
    trigger: triggerOf(flags),
    tokens: tokensOf(flags),
  }
}

function triggerOf(flags: FlagValues): ForeignCsms['trigger'] {
  const url = textOf(flags, 'trigger')
  if (url === undefined || !/^https?:/.test(url) || !URL.canParse(url))
    throw new UsageError('--trigger URL is needed: http(s)://…, which has the CSMS send a request')
  const file = textOf(flags, 'trigger-authorization')
  return { url, ...(file === undefined ? {} : { authorization: readText(file).trim() }) }
}

/** Those that the runner gives to its own CSMS, unless a file names others. */
function tokensOf(flags: FlagValues): Tokens {
  const file = textOf(flags, 'tokens')
  return file === undefined ? runTokens : readTokens(file)
}
