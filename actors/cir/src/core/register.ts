import { issueFreshNumber, type KeyStatement, type SignedKeyStatement } from '@interlock/driver'
import {
  ok,
  refused,
  type Crypto,
  type Eui64,
  type Instant,
  type Millis,
  type Outcome,
  type PrivateKey,
} from '@interlock/kernel'
import { ocpiTime } from '@interlock/ocpi'
import type { Journal } from '@interlock/store'
import type { Finding, FindingKind } from './findings.ts'
import {
  mayPut,
  ownerText,
  stateOf,
  type RegisteredToken,
  type RegisterRefusal,
  type TokenOwner,
} from './registered-token.ts'
import {
  endUse,
  inSpan,
  judgeSighting,
  onceMore,
  readerOf,
  sightingRules,
  type Failures,
  type Judged,
  type Sighting,
  type TokenTrace,
} from './sighting.ts'

/** What the register knows; on the disk before anything follows from it. */
export type Register = {
  put(
    writer: TokenOwner,
    next: RegisteredToken,
    now: Instant,
  ): Outcome<RegisteredToken, RegisterRefusal>
  of(uid: string): RegisteredToken | undefined
  /** Changed from then on; in the order in which they were registered, so that a change moves none from page to page. */
  list(from: Instant | undefined, to: Instant | undefined): readonly RegisteredToken[]
  /** What a charger may rest on for a while; `undefined` where nobody has registered the token. */
  statement(uid: string, now: Instant): SignedKeyStatement | undefined
  /** The same for a party that asks for it; refused for a while where it asks for what is not there, time and again. */
  ask(
    uid: string,
    party: string,
    now: Instant,
  ): Outcome<SignedKeyStatement | undefined, 'PartyLocked'>
  /** For a tap that is about to be at that station of that operator; none is kept. */
  freshNumber(where: Pick<Sighting, 'operator' | 'station'>, now: Instant): string
  see(sighting: Sighting, now: Instant): Judged['verdict']
  /** The charge with the token at that station of that operator has ended. */
  end(uid: string, where: Pick<Sighting, 'operator' | 'station'>): void
  /** What a party may know of: of its own tokens, or at its own stations. */
  findings(whose: (finding: Finding) => boolean, after: number): readonly Finding[]
  close(): void
}

export type RegisterOptions = {
  readonly journal: Journal
  /** The register's own; chargers pin its public half. */
  readonly key: PrivateKey
  readonly statementMillis: Millis
  /** Of an issuer, as `GB*INT`. */
  readonly organisationOf: (issuer: string) => Eui64 | undefined
  readonly crypto: Crypto
  /** Of its fresh numbers: 32 random bytes of each run, so that a restart ends those that were given out. */
  readonly freshKey: Uint8Array
  /**
   * When it was opened: the least number of a new finding. A register that has lost its journal, or has an old copy of it,
   * would else number findings again that its readers have passed, and they would never see them.
   */
  readonly startedAt: Instant
  /** Told of each finding, once it is on the disk. */
  readonly onFinding: (finding: Finding) => void
}

export const findingsMax = 10_000
/** Answered at once. */
export const findingsPageMax = 100
/** Readers and tokens with failures that are remembered; the oldest give way. */
const failuresMax = 20_000

type Entry =
  | { readonly token: RegisteredToken }
  | { readonly trace: TokenTrace; readonly uid: string }
  | { readonly finding: Finding }

const keyOfUid = (uid: string): string => uid.toUpperCase()

/** Opens the register over its journal. */
export function openRegister(options: RegisterOptions): Register {
  const { journal, key, statementMillis, organisationOf, crypto, startedAt, onFinding } = options
  const { freshKey } = options
  const tokens = new Map<string, RegisteredToken>()
  const uids = new Map<string, string>()
  const traces = new Map<string, TokenTrace>()
  // Locks are short, and a restart ends them.
  const failures = createFailures()
  /** Of those who ask for keys: nothing that is seen makes room among them. */
  const asked = createFailures()
  let findings: Finding[] = []

  const learn = (entry: Entry): void => {
    if ('token' in entry) {
      const uid = keyOfUid(entry.token.token.uid)
      const before = tokens.get(uid)?.key
      if (before !== undefined && before !== null) uids.delete(before)
      tokens.set(uid, entry.token)
      if (entry.token.key !== null) uids.set(entry.token.key, uid)
    } else if ('trace' in entry) traces.set(entry.uid, entry.trace)
    else findings = [...findings, entry.finding].slice(-findingsMax)
  }
  for (const entry of journal.entries()) learn(entry as Entry)

  const keep = (entry: Entry): void => {
    journal.append(entry)
    learn(entry)
    if (!journal.isLong) return
    journal.rewrite([
      ...[...tokens.values()].map((token): Entry => ({ token })),
      ...[...traces].map(([uid, trace]): Entry => ({ uid, trace })),
      ...findings.map((finding): Entry => ({ finding })),
    ])
  }

  const known = {
    of: (uid: string) => tokens.get(keyOfUid(uid)),
    uidOfKey: (spki: string) => uids.get(spki),
    get size() {
      return tokens.size
    },
  }

  const note = (
    sighting: Pick<Sighting, 'uid' | 'station' | 'operator' | 'at'>,
    kind: FindingKind,
    detail?: string,
  ): void => {
    const { uid, station, operator, at } = sighting
    const token = known.of(uid)?.token
    const finding: Finding = {
      number: Math.max((findings.at(-1)?.number ?? 0) + 1, startedAt),
      kind,
      at,
      uid,
      station,
      operator,
      ...(token && { issuer: ownerText(token) }),
      ...(detail !== undefined && { detail }),
    }
    keep({ finding })
    onFinding(finding)
  }

  const statementOf = (uid: string, now: Instant): SignedKeyStatement | undefined => {
    const token = known.of(uid)
    if (token === undefined) return undefined
    const provider = organisationOf(ownerText(token.token))
    return stateOf(token, provider, statementMillis, now, key, crypto)
  }

  return {
    put(writer, next) {
      const outcome = mayPut(writer, next, known, crypto)
      if (outcome.ok) keep({ token: next })
      return outcome
    },
    of: known.of,
    list(from, to) {
      const changed = ({ token }: RegisteredToken): Instant | undefined =>
        ocpiTime(token.last_updated)
      return [...tokens.values()].filter((each) => {
        const at = changed(each)
        return (
          at !== undefined && (from === undefined || at >= from) && (to === undefined || at < to)
        )
      })
    },
    statement: statementOf,
    ask(uid, party, now) {
      const before = inSpan(asked.of(party), now, sightingRules)
      if ((before?.count ?? 0) >= sightingRules.askedUnknownMax) return refused('PartyLocked')
      const statement = statementOf(uid, now)
      if (statement !== undefined) return ok(statement)
      const failed = onceMore(before, now)
      asked.keep(party, failed)
      if (failed.count === sightingRules.askedUnknownMax)
        note({ uid: keyOfUid(uid), station: '', operator: party, at: now }, 'PartyGuessed')
      return ok(undefined)
    },
    freshNumber: (where, now) => issueFreshNumber(where, now, freshKey, crypto),
    see(sighting, now) {
      const uid = keyOfUid(sighting.uid)
      const reader = readerOf(sighting)
      const token = `${sighting.operator} token ${uid}`
      const before = traces.get(uid) ?? {}
      const statement: KeyStatement | undefined = statementOf(uid, now)?.statement
      const judged = judgeSighting(
        { ...sighting, uid },
        statement,
        { trace: before, failed: { token: failures.of(token), reader: failures.of(reader) } },
        now,
        { crypto, freshKey },
      )
      if (judged.trace !== before) keep({ uid, trace: judged.trace })
      failures.keep(token, judged.failed.token)
      failures.keep(reader, judged.failed.reader)
      for (const { kind, detail, where } of judged.found)
        note({ ...sighting, uid, ...where }, kind, detail)
      return judged.verdict
    },
    end(uid, where) {
      const before = traces.get(keyOfUid(uid))
      if (before === undefined) return
      const trace = endUse(before, readerOf(where))
      if (trace !== before) keep({ uid: keyOfUid(uid), trace })
    },
    findings: (whose, after) =>
      findings.filter((each) => each.number > after && whose(each)).slice(0, findingsPageMax),
    close: () => journal.close(),
  }
}

function createFailures() {
  const held = new Map<string, Failures>()
  return {
    of: (name: string): Failures | undefined => held.get(name),
    keep(name: string, failures: Failures | undefined): void {
      held.delete(name)
      if (failures === undefined) return
      held.set(name, failures)
      const [oldest] = held.keys()
      if (held.size > failuresMax && oldest !== undefined) held.delete(oldest)
    },
  }
}
