import { granted } from '@interlock/duis'
import { openAnswer, readProfile, unprotect, type ProfileEntry } from '@interlock/gbcs'
import { problem, type ActorDeps, type DeviceReader, type Endpoint } from '@interlock/host'
import {
  inHours,
  instant,
  ok,
  parseEui64,
  refused,
  toIso,
  type Eui64,
  type Outcome,
} from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import { halfHourMillis } from '@interlock/power'
import { billPeriodOf, type BillPeriod } from './customers/bill.ts'
import type { Asking } from './critical-request.ts'
import type { Numbers } from './numbers.ts'
import { ownPeople } from './own-people.ts'
import { problemIn } from './problem-in.ts'

/** Whose reads a device encrypts for. */
export type Reading = Omit<Asking, 'dcc'> & { readonly dcc: DeviceReader }

/** What one answer has room for. */
export const settlementDaysMax = 20

/** From half-hour to half-hour; `undefined` for what is no period, or longer than is read at once. */
export function settlementPeriodOf(from?: string, until?: string): BillPeriod | undefined {
  const period = billPeriodOf(from, until)
  const isShort = period && period.until - period.from <= inHours(24 * settlementDaysMax)
  return isShort === true ? period : undefined
}
export const settlementPeriodWords = `from and until, on half-hours, ${settlementDaysMax} days at most`

/** What an LLCS has counted, and its signed answer that says so. */
export type SettlementRead = {
  /** By their ends; those that it did not count whole are not there. */
  readonly entries: readonly ProfileEntry[]
  readonly answer: Uint8Array
}

/**
 * Reads what the settlement meter of an LLCS counted (4.8.1): by the device's own signature, and encrypted by it for this
 * supplier alone.
 * @throws Fault `PeerUnavailable` when the DCC does not answer.
 */
export async function askSettlement(
  device: Eui64,
  { from, until }: BillPeriod,
  counter: bigint,
  { dcc, organisation, key, crypto }: Reading,
): Promise<Outcome<SettlementRead, string>> {
  const id = { originator: organisation, target: device, counter }
  const first = instant(from + halfHourMillis)
  const body = { kind: 'readImportProfile', from: first, until } as const
  const answered = await dcc.ask({ ...id, service: '4.8.1', commandVariant: 1, body })
  if (!answered.ok) return answered
  const done = granted(answered.value)
  if (!done.ok) return done
  const peer = await dcc.keyOf(device)
  if (!peer.ok) return peer
  const answer = done.value.payload ?? new Uint8Array()
  const opened = openAnswer(answer, { ...id, useCase: 'ECS22b' }, peer.value, crypto)
  if (!opened.ok) return opened
  const of = { device, reader: organisation, counter }
  const keys = { own: key, peer: peer.value }
  const plain = unprotect(opened.value.data ?? new Uint8Array(), of, keys, crypto)
  const entries = plain && readProfile(plain)
  if (entries === undefined) return refused('AnswerUnreadable', 'is not encrypted for this reader')
  // Whoever brought the request may have asked for another period than was asked for here.
  return entries.every((each) => each.until >= first && each.until <= until)
    ? ok({ entries, answer })
    : refused('AnswerUnreadable', 'half-hours that were not asked for')
}

/** What a home's settlement meter counted: for its own people alone, and each reading on the record. */
export function settlementEndpoint(parts: {
  readonly publication: Reading
  readonly numbers: Numbers
  readonly audit: Audit
  readonly deps: Pick<ActorDeps, 'clock'>
}): Endpoint {
  const { publication, numbers, audit, deps } = parts
  const own = ownPeople(publication.organisation, audit, 'SettlementRefused')
  return {
    method: 'GET',
    url: '/api/v1/devices/:eui/settlement',
    roles: ['supplier'],
    handle: own(async ({ params, query }) => {
      const text = params['eui'] ?? ''
      const device = parseEui64(text)
      if (device === undefined) return problem('DeviceUnknown', text)
      const period = settlementPeriodOf(query['from'], query['until'])
      if (period === undefined) return problem('BodyInvalid', settlementPeriodWords)
      const counter = numbers.nextCounter(device, deps.clock.now())
      let halfHours: readonly object[] | undefined
      const outcome = await problemIn(
        askSettlement(device, period, counter, publication).then((read) => {
          if (read.ok) halfHours = read.value.entries.map(saidOf)
          return read
        }),
      )
      audit.record('SettlementRead', { device, ...outcome })
      return { status: 200, body: { device, ...(halfHours && { halfHours }), ...outcome } }
    }),
  }
}

const saidOf = ({ until, wattHours }: ProfileEntry) => ({
  from: toIso(instant(until - halfHourMillis)),
  wattHours,
})
