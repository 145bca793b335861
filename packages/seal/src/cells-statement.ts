import type { FlattenedJws } from '@interlock/contract'
import {
  fromBase64,
  fromBase64Url,
  instant,
  ok,
  refused,
  toBase64,
  type Crypto,
  type Eui64,
  type Instant,
  type Outcome,
  type PrivateKey,
} from '@interlock/kernel'
import { is, isDigest, isEui, type Rule } from './header-rules.ts'
import { asFlattened, decodeJws, isMembers, signFlattened, type Members } from './jws.ts'
import { parseStrictJson } from './strict-json.ts'

/** The roles whose cells a station is given at first contact. */
export const firstCellRoles = ['csms', 'dsrsp', 'supervisor'] as const
export type FirstCell = {
  readonly role: (typeof firstCellRoles)[number]
  readonly certificatePem: string
}

/** The supervisor's word to one station and one key of it: these cells you pin. */
export type CellsStatement = {
  readonly station: Eui64
  /** SHA-256 over the SPKI of the key that the certificate is for, base64url. */
  readonly key: string
  readonly cells: readonly FirstCell[]
  /** Wall time, as that of certificates. */
  readonly at: Instant
}
/** Read, and verified by nobody yet. `chain` is DER, signer first. */
export type ReadCells = {
  readonly statement: CellsStatement
  readonly chain: readonly Uint8Array[]
  readonly signed: Uint8Array
  readonly signature: Uint8Array
}

const type = 'interlock-cells'
const cellsMax = 8
const chainMax = 2
const pemCharsMax = 10_000

/** Signs the cells of one station. The chain travels along: the station knows only the root. */
export const signCells = (
  statement: CellsStatement,
  signer: { readonly key: PrivateKey; readonly chain: readonly Uint8Array[] },
  crypto: Crypto,
): FlattenedJws => {
  const x5c = signer.chain.slice(0, chainMax).map(toBase64)
  return signFlattened({ alg: 'ES256', typ: type, x5c }, statement, signer.key, crypto)
}

/** Reads what {@link signCells} made; whoever pins the cells verifies signer and signature. */
export function readCells(value: unknown): Outcome<ReadCells, 'CellsMalformed'> {
  const jws = asFlattened(value)
  if (!jws.ok) return refused('CellsMalformed', jws.detail)
  const decoded = decodeJws(jws.value.protected, jws.value.payload, jws.value.signature)
  if (!decoded.ok) return refused('CellsMalformed', decoded.detail)
  const { header, signed, signature } = decoded.value
  const payload = fromBase64Url(jws.value.payload)
  const body = payload === undefined ? undefined : parseStrictJson(payload)
  if (body?.ok !== true || !fits(body.value, statementRules) || !fits(header, headerRules))
    return refused('CellsMalformed', 'not the agreed members')
  const { station, key, cells, at } = body.value
  return ok({
    statement: {
      station: station as Eui64,
      key: String(key),
      cells: cells as readonly FirstCell[],
      at: instant(Number(at)),
    },
    chain: (header['x5c'] as readonly string[]).flatMap((each) => fromBase64(each) ?? []),
    signed,
    signature,
  })
}

const isPem: Rule = (value) => typeof value === 'string' && value.length <= pemCharsMax
const cellRules: Readonly<Record<string, Rule>> = {
  role: (value) => firstCellRoles.some((role) => role === value),
  certificatePem: isPem,
}
const statementRules: Readonly<Record<string, Rule>> = {
  station: isEui,
  key: isDigest,
  cells: (value) =>
    Array.isArray(value) &&
    value.length <= cellsMax &&
    value.every((each: unknown) => fits(each, cellRules)),
  at: (value) => Number.isSafeInteger(value) && Number(value) >= 0,
}
const headerRules: Readonly<Record<string, Rule>> = {
  alg: is('ES256'),
  typ: is(type),
  x5c: (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= chainMax &&
    value.every((each) => isPem(each) && fromBase64(String(each)) !== undefined),
}

/** Exactly the members of the table, each in its shape. */
function fits(value: unknown, rules: Readonly<Record<string, Rule>>): value is Members {
  return (
    isMembers(value) &&
    Object.keys(value).length === Object.keys(rules).length &&
    Object.entries(rules).every(([name, rule]) => rule(value[name]))
  )
}
