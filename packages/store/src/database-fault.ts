import { Fault } from '@interlock/kernel'

type Row = { readonly code: string; readonly words: string; readonly remedy: string }

const unavailable: Row = {
  code: 'DatabaseUnavailable',
  words: 'does not answer',
  remedy: 'start the database, or correct its URL; work goes on by itself when it is back',
}
const denied: Row = {
  code: 'DatabaseDenied',
  words: 'refused the login',
  remedy: 'correct user and password in the database URL',
}
const full: Row = {
  code: 'DiskFull',
  words: "the database's disk is full",
  remedy: 'free space on that disk; nothing was acted on',
}
const slow: Row = {
  code: 'DatabaseSlow',
  words: 'took too long and the statement was ended',
  remedy: 'see what holds it up; nothing was changed',
}

/** By SQLSTATE (PostgreSQL, appendix A), class or whole, and by the system's error codes. */
const rows: Readonly<Record<string, Row>> = {
  '08': unavailable,
  '57P01': unavailable,
  '57P02': unavailable,
  '57P03': unavailable,
  '57P05': unavailable,
  '53300': unavailable,
  '28': denied,
  '3D000': { ...denied, words: 'is missing', remedy: 'create it, or correct the database URL' },
  '42501': { ...denied, words: 'refused the access' },
  '53100': full,
  '58030': full,
  '57014': slow,
  '55P03': slow,
  ECONNREFUSED: unavailable,
  ECONNRESET: unavailable,
  EPIPE: unavailable,
  ENOTFOUND: unavailable,
  EAI_AGAIN: unavailable,
  EHOSTUNREACH: unavailable,
  ETIMEDOUT: unavailable,
}

/** What `pg` says, without a code, when a connection is gone or does not come. */
const gone =
  /Connection terminated|Client has encountered a connection error|not queryable|timeout/i

/**
 * A database failure that a person can put right, as a Fault that names the database; `undefined` for
 * the others: a constraint is the caller's to judge, a syntax error is a bug.
 */
export function databaseFault(database: string, cause: unknown): Fault | undefined {
  if (!(cause instanceof Error)) return undefined
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
  const row =
    rows[code] ??
    (code.length === 5 ? rows[code.slice(0, 2)] : undefined) ??
    (code === '' && gone.test(cause.message) ? unavailable : undefined)
  if (row === undefined) return undefined
  return new Fault(row.code, `${database}: ${row.words}`, { cause, remedy: row.remedy })
}

/** What was to be written is what is wrong (SQLSTATE classes 22 and 23): it will be so again. */
export const isDataException = (cause: unknown): boolean =>
  cause instanceof Error &&
  'code' in cause &&
  typeof cause.code === 'string' &&
  /^2[23][0-9A-Z]{3}$/.test(cause.code)

/** A connection URL as it may be shown: without user and password. */
export function shownUrl(url: string): string {
  if (!URL.canParse(url)) return 'the database'
  const { host, pathname } = new URL(url)
  return `postgresql://${host}${pathname}`
}
