import { vendorId } from '@interlock/contract'
import {
  demandStrength,
  freshNonce,
  fromAdditionalInfo,
  heldStatement,
  holdStatement,
  identify,
  openKeyStatement,
  readFreshNumber,
  readKeyStatement,
  selectCard,
  toAdditionalInfo,
  type Card,
  type CardRead,
  type ChallengePurpose,
  type DriverAct,
  type DriverRefusal,
  type KeyStatement,
} from '@interlock/driver'
import { ok, refused, toBase64Url, utf8, type Instant, type Outcome } from '@interlock/kernel'
import { CallFailed } from '@interlock/ocpp'
import { countOf, withCount } from './core/card-counts.ts'
import type { Token } from './core/token.ts'
import type { Station } from './station.ts'

/** The card reader: it asks a card for proof, and says what the token is worth. */
export type CardReader = {
  /** The token with what was proved; `undefined` where it does not count. */
  read(card: Card): Promise<Token | undefined>
  /**
   * The driver agrees, by card, to what the display says. @returns why it does not count, where it does not:
   * by the charger's own judgement, or in the words of the CSMS
   */
  agree(card: Card, agreement: CardAgreement): Promise<string | undefined>
  /** The token that was tapped a moment ago, for the vehicle that is plugged in now. It is good once. */
  take(): Token | undefined
}

export type CardAgreement = {
  readonly act: Exclude<DriverAct, 'startCharge'>
  /** As the display shows it. */
  readonly text: string
}

/** Who is turned away for being known too little, or unasked, has tried nothing. */
const triesNothing: readonly DriverRefusal[] = [
  'ReaderLocked',
  'IdentityHearsay',
  'FreshNumberMissing',
]

type TurnedAway = { readonly refused: DriverRefusal }

/** A card is tapped, then the cable is plugged in: so long may pass. */
const tapMillisMax = 60_000
/** What the register said is asked for anew after so long, while anybody answers. */
const freshMillis = 10 * 60_000
/**
 * A driver holds a card to the reader meanwhile. Whoever has no number of the register's by then goes without; where another call
 * is before this one, it may take as long again.
 */
const freshNumberWaitMillis = 2_000
/** Cards that prove nothing, in a quarter of an hour, before the reader listens to none. */
const failuresMax = 10
const spanMillis = 15 * 60_000

export function createCardReader(station: Station): CardReader {
  const { deps, keeper, records, reports, driverRegister } = station
  const { clock, crypto, entropy } = deps
  let tapped: { readonly token: Token; readonly until: number } | undefined
  let failures: readonly Instant[] = []

  const refuse = (reason: DriverRefusal, detail?: string): TurnedAway => {
    records.note('TokenRefused', { reason, ...(detail !== undefined && { detail }) })
    if (triesNothing.includes(reason)) return { refused: reason }
    failures = [...failures, clock.now()].slice(-failuresMax)
    if (reason === 'ProofReplayed') reports.security('AttemptedReplayAttacks', 'a driver’s card')
    if (reason === 'ProofInvalid' || reason === 'ProofMissing')
      reports.security('InvalidMessages', `a driver’s card: ${reason}`)
    return { refused: reason }
  }

  /** What the register says of the token: as held, or as it says now, where that can be learned. */
  const statementOf = async (uid: string): Promise<KeyStatement | undefined> => {
    if (driverRegister === undefined) return undefined
    const held = (): KeyStatement | undefined =>
      heldStatement(keeper.memory.tokenKeys ?? [], uid, clock.now())
    const known = held()
    const isFresh = known !== undefined && clock.now() - known.statedAt < freshMillis
    if (isFresh || !station.caller.online()) return known
    await learn(uid)
    return held()
  }

  /** Asked of the CSMS, which need not be believed: the register has signed what it brings. */
  const learn = async (uid: string): Promise<void> => {
    try {
      const payload = { vendorId, messageId: 'TokenKey', data: { uid } }
      const answer = await station.caller.call('DataTransfer', payload)
      const offered = answer.status === 'Accepted' ? readKeyStatement(answer.data) : undefined
      if (offered === undefined || driverRegister === undefined) return
      const opened = openKeyStatement(offered, driverRegister, clock.now(), crypto)
      const next =
        opened.ok && opened.value.uid === uid
          ? holdStatement(keeper.memory.tokenKeys ?? [], offered)
          : opened
      if (!next.ok) records.note('KeyStatementRefused', { uid, reason: next.reason })
      else if (Array.isArray(next.value)) keeper.commit({ set: { tokenKeys: next.value } })
    } catch (error) {
      // Nobody could say: what is held counts.
      if (!(error instanceof CallFailed)) throw error
    }
  }

  /** By which others know when the card answered; `undefined` where nobody gives one in time. */
  const freshNumber = async (): Promise<string | undefined> => {
    if (!station.caller.online()) return undefined
    try {
      const payload = { vendorId, messageId: 'FreshNumber' }
      const within = { timeoutMillis: freshNumberWaitMillis }
      const { status, data } = await station.caller.call('DataTransfer', payload, within)
      return status === 'Accepted' ? readFreshNumber(data) : undefined
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error
      return undefined
    }
  }

  /** What the card says, and answers to a challenge with a number where there is one. It is asked once, or not at all. */
  const readOnce = async (
    card: Card,
    purpose: ChallengePurpose,
  ): Promise<Outcome<CardRead, DriverRefusal>> => {
    const selected = selectCard(card)
    if (!selected.ok) return selected
    const { answer, ...says } = selected.value
    if (answer === undefined) return ok(says)
    const fresh = await freshNumber()
    // Nobody would take the driver's word without.
    if (purpose !== 'charge' && fresh === undefined) return refused('FreshNumberMissing')
    const proof = answer(
      {
        station: station.stationId,
        at: clock.now(),
        nonce: toBase64Url(freshNonce(entropy)),
        purpose,
        ...(fresh !== undefined && { fresh }),
      },
      crypto,
    )
    return proof.ok ? ok({ ...says, proof: proof.value }) : proof
  }

  /** The token with what the card proved, for that purpose. */
  const identified = async (card: Card, purpose: ChallengePurpose): Promise<Token | TurnedAway> => {
    const now = clock.now()
    failures = failures.filter((each) => now - each < spanMillis)
    if (failures.length >= failuresMax) return refuse('ReaderLocked')
    const read = await readOnce(card, purpose)
    if (!read.ok) return refuse(read.reason, read.detail)
    const { uid } = read.value
    const at = read.value.proof?.challenge.at ?? now
    const statement = await statementOf(uid)
    const counts = keeper.memory.cardCounts ?? []
    const expected = { station: station.stationId, at, purpose }
    const outcome = identify(read.value, statement, expected, countOf(counts, uid), crypto)
    if (!outcome.ok) return refuse(outcome.reason, outcome.detail)
    const { strength, proof } = outcome.value
    if (proof !== undefined)
      keeper.commit({ set: { cardCounts: withCount(counts, uid, proof.counter) } })
    // What nobody here could check goes along: whoever has the key can.
    const [first, ...others] = toAdditionalInfo(strength, read.value.proof)
    return {
      idToken: uid,
      type: 'ISO14443',
      ...(first !== undefined && { additionalInfo: [first, ...others] }),
    }
  }

  return {
    async read(card) {
      // From before its number was asked for, which counts as long.
      const until = clock.now() + tapMillisMax
      const token = await identified(card, 'charge')
      if ('refused' in token) return undefined
      tapped = { token, until }
      return token
    },
    async agree(card, { act, text }) {
      const purpose = `agree:${toBase64Url(crypto.sha256(utf8(text)))}` as const
      const token = await identified(card, purpose)
      if ('refused' in token) return token.refused
      const carried = fromAdditionalInfo(token.idToken, token.additionalInfo, station.stationId)
      const strength = carried.ok ? carried.value.strength : 'NONE'
      const bound = demandStrength(act, strength)
      if (!bound.ok) return refuse(bound.reason, bound.detail).refused
      try {
        const payload = { vendorId, messageId: 'Agreement', data: { act, text, idToken: token } }
        const { status, statusInfo } = await station.caller.call('DataTransfer', payload)
        return status === 'Accepted' ? undefined : (statusInfo?.reasonCode ?? status)
      } catch (error) {
        if (!(error instanceof CallFailed)) throw error
        return 'Unavailable'
      }
    },
    take() {
      const taken = tapped !== undefined && clock.now() < tapped.until ? tapped.token : undefined
      tapped = undefined
      return taken
    },
  }
}
