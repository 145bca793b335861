import type { FlattenedJws } from '@interlock/contract'
import {
  instant,
  refused,
  type Crypto,
  type Eui64,
  type Instant,
  type Outcome,
  type PrivateKey,
} from '@interlock/kernel'
import { isDigest, isEui, isWhole, type Rule } from './header-rules.ts'
import {
  fits,
  readWithChain,
  signWithChain,
  type Carried,
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
export type ReadCells = Carried<CellsStatement>

const type = 'interlock-cells'
const cellsMax = 8
const pemCharsMax = 10_000

/** Signs the cells of one station. The chain travels along: the station knows only the root. */
export const signCells = (
  statement: CellsStatement,
  signer: { readonly key: PrivateKey; readonly chain: readonly Uint8Array[] },
  crypto: Crypto,
): FlattenedJws => signWithChain(type, statement, signer, crypto)

/** Reads what {@link signCells} made; whoever pins the cells verifies signer and signature. */
export function readCells(value: unknown): Outcome<ReadCells, 'CellsMalformed'> {
  const read = readWithChain(value, type, statementRules, ({ station, key, cells, at }) => ({
    station: station as Eui64,
    key: String(key),
    cells: cells as readonly FirstCell[],
    at: instant(Number(at)),
  }))
  return read.ok ? read : refused('CellsMalformed', read.detail)
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
