import { tableAction, type RefusalReason, type SignedCommand } from '@interlock/contract'
import {
  fromBase64Url,
  isRole,
  instant,
  ok,
  parseEui64,
  refused,
  type Eui64,
  type Instant,
  type Outcome,
} from '@interlock/kernel'
import { parseCountersignature } from './countersignature.ts'
import { is, isDigest, isEui, isSeconds, matches, type Rule } from './header-rules.ts'
import { asFlattened, critListsExactly, decodeJws, messageBytes, type Members } from './jws.ts'
import { parseStrictJson } from './strict-json.ts'

const required = ['org', 'role', 'tgt', 'ctr', 'iat', 'exp', 'efx'] as const
const standard = ['alg', 'x5t#S256', 'OCPPAction', 'OCPPMessageTypedId', 'crit'] as const
const counterMax = 2n ** 64n - 1n

/**
 * Reads a signed command at the door. Nothing is verified here; that is gate 1. With `action` (of
 * the OCPP frame), a signature made for another action is refused.
 */
export function parseSigned(jws: unknown, action?: string): Outcome<SignedCommand, RefusalReason> {
  const flattened = asFlattened(jws)
  if (!flattened.ok) return flattened
  const { value: message } = flattened
  const decoded = decodeJws(message.protected, message.payload, message.signature)
  if (!decoded.ok) return decoded
  const { header, signed, signature } = decoded.value
  const fields = readHeader(header)
  if (!fields.ok) return fields
  if (action !== undefined && header['OCPPAction'] !== action)
    return refused('ActionMismatch', `signed for ${fields.value.action}`)
  const payload = parsePayload(message.payload)
  if (!payload.ok) return payload
  const command = {
    ...fields.value,
    action: tableAction(fields.value.action, payload.value),
    payload: payload.value,
    signed,
    signature,
  }
  const second = message.header?.countersignature
  if (second === undefined) return ok(command)
  const countersignature = parseCountersignature(second, messageBytes(message))
  if (!countersignature.ok) return countersignature
  return ok({ ...command, countersignature: countersignature.value })
}

function parsePayload(text: string): Outcome<unknown, 'Malformed'> {
  const bytes = fromBase64Url(text)
  return bytes === undefined ? refused('Malformed', 'payload') : parseStrictJson(bytes)
}

type HeaderFields = Omit<SignedCommand, 'payload' | 'signed' | 'signature' | 'countersignature'>

function readHeader(header: Members): Outcome<HeaderFields, 'Malformed' | 'CritMissing'> {
  const extensions = Object.hasOwn(header, 'arm') ? [...required, 'arm'] : required
  if (!critListsExactly(header, extensions))
    return refused('CritMissing', `needs ${extensions.join(' ')}`)
  const known: readonly string[] = [...standard, ...extensions]
  const stray = Object.keys(header).find((name) => !known.includes(name))
  if (stray !== undefined) return refused('Malformed', `header ${stray}`)
  const bad = Object.entries(rules).find(([name, rule]) => !rule(header[name]))
  if (bad !== undefined) return refused('Malformed', `header ${bad[0]}`)
  const checked = header as CheckedHeader
  if (checked.exp <= checked.iat) return refused('Malformed', 'header exp runs backwards')
  if (checked.efx[1] < checked.efx[0]) return refused('Malformed', 'header efx runs backwards')
  return ok(fieldsOf(checked))
}

/** The shape of each header member; what it says is for the gates. */
const rules: Readonly<Record<string, Rule>> = {
  alg: is('ES256'),
  'x5t#S256': isDigest,
  OCPPAction: matches(/^[A-Za-z0-9]{1,64}$/),
  OCPPMessageTypedId: is('2'),
  org: isEui,
  role: (value) => typeof value === 'string' && isRole(value),
  tgt: (value) => targetOf(value) !== undefined,
  ctr: (value) => counterOf(value) !== undefined,
  iat: isSeconds,
  exp: isSeconds,
  efx: (value) => Array.isArray(value) && value.length === 2 && value.every(isSeconds),
  arm: (value) => value === undefined || isDigest(value),
}

type CheckedHeader = {
  'x5t#S256': string
  OCPPAction: string
  org: Eui64
  role: SignedCommand['role']
  tgt: string
  ctr: string
  iat: number
  exp: number
  efx: readonly [number, number]
  arm?: string
}

function fieldsOf(header: CheckedHeader): HeaderFields {
  const at = (value: number): Instant => instant(value * 1000)
  return {
    action: header.OCPPAction,
    signer: header['x5t#S256'],
    organisation: header.org,
    role: header.role,
    target: targetOf(header.tgt) as SignedCommand['target'],
    counter: BigInt(header.ctr),
    issuedAt: at(header.iat),
    expiresAt: at(header.exp),
    effect: { from: at(header.efx[0]), until: at(header.efx[1]) },
    ...(header.arm === undefined ? {} : { armDigest: header.arm }),
  }
}

function counterOf(value: unknown): bigint | undefined {
  if (typeof value !== 'string' || !/^[1-9]\d{0,19}$/.test(value)) return undefined
  const counter = BigInt(value)
  return counter <= counterMax ? counter : undefined
}

function targetOf(value: unknown): SignedCommand['target'] | undefined {
  const parts = typeof value === 'string' ? /^([0-9A-F-]{23})\/(0|[1-9]\d{0,2})$/.exec(value) : null
  const station = parseEui64(parts?.[1] ?? '')
  return station === undefined ? undefined : { station, evse: Number(parts?.[2]) }
}
