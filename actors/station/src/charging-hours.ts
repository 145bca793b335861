import { vendorId, type AnsweredHours, type FlattenedJws } from '@interlock/contract'
import type { Running } from '@interlock/host'
import { assert, eui64, inMinutes, millis, type Instant, type Timer } from '@interlock/kernel'
import { fromPem } from '@interlock/pki'
import { areQuietHours, quietHoursOf, type HoursChoice } from '@interlock/power'
import {
  hoursDigest,
  readHours,
  signHours,
  verifyHoursAcknowledgement,
  type WantedHours,
} from '@interlock/seal'
import {
  acknowledged,
  counterAfter,
  forgotten,
  soldOwnHours,
  stateOf,
  toState,
  withAnswered,
  type HoursState,
  type OwnHours,
  type Wish,
} from './core/own-hours.ts'
import { cellsOf } from './gate-state.ts'
import type { Station } from './station.ts'

/** Has the hours of this charger acknowledged by its supervisor, whom it reaches through its CSMS. */
export type ChargingHours = Running & {
  /** Says what is not said yet; called when something has changed, or the CSMS is there again. */
  look(): void
  /** Says again which hours it holds: a command was seconded for others (`HoursDiffer`). */
  sayAgain(): void
}

/** Of world time. What is not answered is asked again. */
const retryMillis = inMinutes(15)

export function createChargingHours(station: () => Station): ChargingHours {
  let timer: Timer | undefined
  let asking = false
  let closed = false

  const look = (): void => {
    const { deps, mode, config } = station()
    if (closed || mode !== 'supervised' || station().identity() === undefined) return
    timer?.cancel()
    // What a full disk keeps from being said is said once it has room again.
    let wait: number = retryMillis
    try {
      wait = say(station())
    } finally {
      timer = wait > 0 ? deps.clock.after(millis(wait), `${config.actor}/hours`, look) : undefined
    }
  }

  /** @returns milliseconds until there is more to say; none when there is not */
  const say = (to: Station): number => {
    const { deps, keeper } = to
    const now = deps.clock.now()
    const { ownHours = soldOwnHours } = keeper.memory.charger
    const due = toState(ownHours, wishOf(to), now)
    if (due !== undefined) sign(to, ownHours, due.wants)
    const { stated, hours } = ownHoursOf(to)
    const begins = hours.next?.from ?? 0
    if (stated === undefined) return begins - now
    ask(stated.statement)
    return retryMillis
  }

  const ask = (statement: FlattenedJws): void => {
    const { caller, background } = station()
    if (asking || !caller.online()) return
    asking = true
    void background('ChargingHours', async () => {
      try {
        const answer = await caller.call('DataTransfer', {
          vendorId,
          messageId: 'ChargingHours',
          data: { ...statement },
        })
        // Anything else is no answer of the supervisor's.
        if (answer.status === 'Accepted' && !closed) take(station(), answer.data)
      } finally {
        asking = false
      }
      // What came of it may have to be said, too.
      if (ownHoursOf(station()).stated?.statement !== statement) look()
    })
  }

  return {
    look,
    sayAgain() {
      keep(station(), forgotten(ownHoursOf(station())))
      look()
    },
    async close() {
      closed = true
      timer?.cancel()
    },
  }
}

/** The owner's own choice, else the hours of an agreement that the charger is sold with, else the default. */
function wishOf({ keeper, config }: Station): Wish {
  const { hours } = keeper.memory.charger
  const { dsrAgreement } = config
  if (hours !== undefined || dsrAgreement === undefined)
    return { quiet: quietHoursOf(hours), agreement: null }
  const { quiet, reference } = dsrAgreement
  return { quiet, agreement: { dsrsp: eui64(dsrAgreement.dsrsp), reference } }
}

const ownHoursOf = ({ keeper }: Station): OwnHours => keeper.memory.charger.ownHours ?? soldOwnHours

function keep({ keeper, charging }: Station, ownHours: OwnHours): void {
  charging.update({ charger: { ...keeper.memory.charger, ownHours } })
}

/** Durable before it is sent, so that no counter is used twice. */
function sign(station: Station, own: OwnHours, wants: WantedHours | null): void {
  const { deps, eui, records } = station
  const identity = station.identity()
  assert(identity !== undefined, 'it has a key to sign with')
  const at = deps.clock.now()
  const [counter, holds] = [counterAfter(own, at), own.holds]
  const chain = fromPem(identity.chainPem, 'CERTIFICATE')
  const said = { station: eui, counter, holds, wants, at }
  const statement = signHours(said, { key: identity.key, chain }, deps.crypto)
  const read = readHours(statement)
  assert(read.ok, 'what was signed just now can be read')
  const digest = hoursDigest(read.value, deps.crypto)
  records.note('ChargingHoursStated', { counter, holds, wants })
  keep(station, { ...own, counter, stated: { statement, counter, holds, digest, wants } })
}

/** An answer that is not the supervisor's, or not about the last statement, changes nothing. */
function take(station: Station, answer: unknown): void {
  const { deps, keeper, records, reports } = station
  const own = ownHoursOf(station)
  const { supervisor = [] } = cellsOf(keeper.memory, deps.crypto)
  const signers = supervisor.filter(({ revoked }) => !revoked)
  const verified = verifyHoursAcknowledgement(answer, signers, deps.crypto)
  const next = verified.ok ? acknowledged(own, verified.value, deps.clock.now()) : verified
  if (!next.ok) {
    records.note('ChargingHoursIgnored', { reason: next.reason })
    if (next.reason !== 'AcknowledgedLate')
      reports.security('InvalidMessages', `charging hours: ${next.reason}`)
    return
  }
  const { refused, hours, counter } = next.value
  if (refused !== undefined && own.refused === undefined)
    records.before('ChargingHoursRefused', { ...refused, counter })
  else if (hours.next !== own.hours.next)
    records.before('ChargingHoursAcknowledged', { ...hours.next, counter })
  const { stated } = own
  assert(stated !== undefined, 'what was answered had been stated')
  // It verified, so it is one.
  keep(station, withAnswered(next.value, stated, answer as FlattenedJws))
}

/** What is in force, what is to come, and why it is not. */
export const hoursState = (station: Station): HoursState =>
  stateOf(ownHoursOf(station), wishOf(station), station.deps.clock.now())

/** The same for who asks from afar, with what was signed about it. */
export function hoursTold(
  station: Station,
): HoursState & { readonly signed?: readonly AnsweredHours[] } {
  const { answered = [] } = ownHoursOf(station)
  const signed = answered.map(({ statement, acknowledgement }) => ({ statement, acknowledgement }))
  return { ...hoursState(station), ...(signed.length === 0 ? {} : { signed }) }
}

/**
 * Regulation 10 of SI 2021/1467: at first use the charger asks what becomes of its default hours, and
 * goes on asking at each arrival until it is told; the default holds meanwhile. One that is sold with an agreement
 * by which it serves the grid, and follows it, need not; that is recorded instead.
 */
export function askForHours({ keeper, records, config }: Station): void {
  if (keeper.memory.charger.hours !== undefined) return
  const { dsrAgreement } = config
  if (dsrAgreement === undefined) records.note('ChargingHoursAsked', {})
  else records.note('ChargingHoursExempt', { ...dsrAgreement, exemption: 'SoldWithDsrAgreement' })
}

/**
 * The owner's answer, now or at any later time. It moves no load: other hours begin when the supervisor has
 * acknowledged them, on another day, after the random delay of regulation 11.
 * @param at when it was given
 * @returns false when the hours are none; nothing has changed then
 */
export function chooseHours(
  { keeper, records, charging, chargingHours }: Station,
  choice: HoursChoice,
  at: Instant,
): boolean {
  if (choice.kind === 'changed' && !areQuietHours(choice.quiet)) {
    records.note('ChargingHoursRefused', { reason: 'HoursInvalid' })
    return false
  }
  const { charger } = keeper.memory
  records.before('ChargingHoursChosen', {
    choice: choice.kind,
    quiet: quietHoursOf(choice),
    before: charger.hours?.kind ?? 'unanswered',
  })
  const { refused: _, ...ownHours } = charger.ownHours ?? soldOwnHours
  const chosen = { hours: choice, hoursAt: at, ownHours }
  charging.update({ charger: { ...charger, ...chosen } })
  chargingHours.look()
  return true
}
