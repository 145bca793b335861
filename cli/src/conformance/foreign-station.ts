import type { Foreign } from '@interlock/lab/conformance'
import { UsageError } from '../command.ts'
import { texts, textOf, type FlagValues } from '../flags.ts'
import { askAtTerminal } from './ask.ts'
import { identityIn, passwordOf, rootsOf, securityProfileOf } from './foreign-proof.ts'

type ForeignStation = Extract<Foreign, { station: unknown }>['station']

const ofCsmsRole = ['trigger', 'trigger-authorization', 'tokens'] as const

/** @throws UsageError for what is missing, and Fault for a file that cannot be read */
export function readForeignStation(
  flags: FlagValues,
  address: URL,
  say: (words: string) => void,
): ForeignStation {
  const stray = ofCsmsRole.find((name) => flags[name] !== undefined)
  if (stray !== undefined) throw new UsageError(`--${stray} is for the CSMS role`)
  const [stationId, ...others] = texts(flags, 'station')
  if (stationId === undefined || others.length > 0)
    throw new UsageError('--station ID is needed, once: which station comes')
  const securityProfile = securityProfileOf(flags, address)
  const [dir, ...more] = texts(flags, 'identity')
  if (securityProfile > 1 && (dir === undefined || more.length > 0))
    throw new UsageError('--identity DIR is needed, once: what the runner shows the station')
  const password = passwordOf(flags, securityProfile)
  if (!process.stdin.isTTY)
    throw new UsageError('a person at a terminal is needed, who does at the station what is asked')
  return {
    stationId,
    place: { address: address.href.replace(/\/$/, ''), ...listenOf(flags, address) },
    securityProfile,
    ...(password === undefined ? {} : { password }),
    ...(dir === undefined ? {} : { identity: identityIn(dir, address.hostname) }),
    roots: rootsOf(flags, securityProfile === 3),
    ask: askAtTerminal(say),
  }
}

function listenOf(flags: FlagValues, address: URL): { host: string; port: number } {
  const standard = address.protocol === 'wss:' ? 443 : 80
  const text = textOf(flags, 'listen') ?? address.host
  const url = URL.canParse(`tcp://${text}`) ? new URL(`tcp://${text}`) : undefined
  if (url === undefined || url.hostname === '' || url.pathname !== '')
    throw new UsageError('--listen: HOST:PORT')
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return { host, port: url.port === '' ? standard : Number(url.port) }
}
