import { fromBase64Url, fromUtf8, parseJson } from '@interlock/kernel'
import type { Entry } from './history.ts'
import { redacted, redactedWords } from './redacted.ts'

/** A CALL with what answered it, secrets taken out. */
export type Exchange = {
  /** Of the entry that began it. */
  readonly number: number
  readonly at: number
  readonly stationId: string
  /** Who called. */
  readonly from: 'station' | 'csms'
  readonly messageId: string
  /** Without `-Signed`. */
  readonly action: string
  readonly request: unknown
  readonly response: unknown
  /** Code and words of a CALLERROR. */
  readonly error: { readonly code: unknown; readonly description: unknown } | null
  readonly latencyMillis: number | null
  /** Whose signature the request carries, and for what; it is not verified here. */
  readonly signed: Readonly<Record<string, unknown>> | null
  /** What was wrong with a frame of this exchange. */
  readonly problems: readonly { readonly code: string; readonly detail: string }[]
}
type Open = { -readonly [Name in keyof Exchange]: Exchange[Name] }

const jsonDepthMax = 32

/** Pairs frames by who called and by message id. What is no frame stands by itself. */
export type Pairing = { take(entry: Entry): void; readonly exchanges: readonly Exchange[] }

export function pairing(): Pairing {
  const exchanges: Open[] = []
  const open = new Map<string, Open>()
  return {
    exchanges,
    take(entry) {
      if (entry.problem !== undefined) problem(entry, exchanges, open)
      else read(entry, exchanges, open)
    },
  }
}

const nameOf = (entry: Entry, from: Exchange['from'], messageId: unknown): string =>
  JSON.stringify([entry.stationId, from, messageId])
const callerOf = ({ direction }: Entry): Exchange['from'] =>
  direction === 'in' ? 'station' : 'csms'
const otherOf = (from: Exchange['from']): Exchange['from'] => (from === 'csms' ? 'station' : 'csms')

function read(entry: Entry, exchanges: Open[], open: Map<string, Open>): void {
  const parsed = parseJson(entry.text ?? '', jsonDepthMax)
  const frame: readonly unknown[] = parsed.ok && Array.isArray(parsed.value) ? parsed.value : []
  const [type, messageId, ...rest] = frame
  if (type === 2) {
    const exchange = callOf(entry, String(messageId), String(rest[0]), rest[1])
    exchanges.push(exchange)
    open.set(nameOf(entry, exchange.from, messageId), exchange)
    return
  }
  const from = otherOf(callerOf(entry))
  const exchange = open.get(nameOf(entry, from, messageId))
  if (exchange === undefined || (type !== 3 && type !== 4)) {
    const unreadable = {
      ...callOf(entry, String(messageId ?? ''), '', null),
      from: callerOf(entry),
    }
    const code = type === 3 || type === 4 ? 'UnknownResult' : 'Unreadable'
    exchanges.push({ ...unreadable, problems: [{ code, detail: 'it belongs to no call' }] })
    return
  }
  exchange.latencyMillis = entry.at - exchange.at
  if (type === 3) exchange.response = redacted(exchange.action, opened(rest[0]).payload)
  else {
    const description = redactedWords(exchange.request, rest[1])
    exchange.error = { code: rest[0], description }
  }
}

function callOf(entry: Entry, messageId: string, name: string, payload: unknown): Open {
  const action = name.replace(/-Signed$/, '')
  const { payload: request, header } = name === action ? { payload, header: null } : opened(payload)
  return {
    number: entry.number,
    at: entry.at,
    stationId: entry.stationId,
    from: callerOf(entry),
    messageId,
    action,
    request: redacted(action, request),
    response: null,
    error: null,
    latencyMillis: null,
    signed: header,
    problems: [],
  }
}

/** The payload of a flattened JWS with its protected header; anything else is its own payload. */
function opened(value: unknown): { payload: unknown; header: Exchange['signed'] } {
  const { payload, protected: head } = (value ?? {}) as { payload?: unknown; protected?: unknown }
  if (typeof payload !== 'string' || typeof head !== 'string')
    return { payload: value, header: null }
  const header = decoded(head)
  return {
    payload: decoded(payload),
    header: typeof header === 'object' && header !== null ? { ...header } : null,
  }
}

function decoded(part: string): unknown {
  const bytes = fromBase64Url(part)
  const text = bytes === undefined ? undefined : textOf(bytes)
  const parsed = text === undefined ? undefined : parseJson(text, jsonDepthMax)
  return parsed?.ok === true ? parsed.value : null
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return fromUtf8(bytes)
  } catch {
    return undefined
  }
}

function problem(entry: Entry, exchanges: Open[], open: Map<string, Open>): void {
  const { code = '', detail = '', messageId } = entry.problem ?? {}
  const exchange =
    open.get(nameOf(entry, 'station', messageId)) ?? open.get(nameOf(entry, 'csms', messageId))
  const said = { code, detail }
  if (exchange !== undefined) exchange.problems = [...exchange.problems, said]
  else exchanges.push({ ...callOf(entry, messageId ?? '', '', null), problems: [said] })
}
