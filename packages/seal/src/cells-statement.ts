import type { FlattenedJws } from '@interlock/contract'
import {
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
import { is, isDigest, isEui, isWhole, type Rule } from './header-rules.ts'
import { signFlattened } from './jws.ts'
import {
  chainIn,
  chainMax,
  fits,
  isChain,
  readStatement,
  type MemberRules,
} from './signed-statement.ts'

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
  const read = readStatement(value, headerRules, statementRules)
  if (!read.ok) return refused('CellsMalformed', read.detail)
  const { body, signed, signature } = read.value
  const { station, key, cells, at } = body
  return ok({
    statement: {
      station: station as Eui64,
      key: String(key),
      cells: cells as readonly FirstCell[],
      at: instant(Number(at)),
    },
    chain: chainIn(read.value),
    signed,
    signature,
  })
}

const isPem: Rule = (value) => typeof value === 'string' && value.length <= pemCharsMax
const cellRules: MemberRules = {
  role: (value) => firstCellRoles.some((role) => role === value),
  certificatePem: isPem,
}
const statementRules: MemberRules = {
  station: isEui,
  key: isDigest,
  cells: (value) =>
    Array.isArray(value) &&
    value.length <= cellsMax &&
    value.every((each: unknown) => fits(each, cellRules)),
  at: isWhole,
}
const headerRules: MemberRules = { alg: is('ES256'), typ: is(type), x5c: isChain }
