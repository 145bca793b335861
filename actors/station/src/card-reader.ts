import { vendorId } from '@interlock/contract'
import {
  freshNonce,
  heldStatement,
  holdStatement,
  identify,
  openKeyStatement,
  readCard,
  readKeyStatement,
  toAdditionalInfo,
  type Card,
  type DriverRefusal,
  type KeyStatement,
} from '@interlock/driver'
import { toBase64Url, type Instant } from '@interlock/kernel'
import { CallFailed } from '@interlock/ocpp'
import { countOf, withCount } from './core/card-counts.ts'
import type { Token } from './core/token.ts'
import type { Station } from './station.ts'

/** The card reader: it asks a card for proof, and says what the token is worth. */
export type CardReader = {
  /** The token with what was proved; `undefined` where it does not count. */
  read(card: Card): Promise<Token | undefined>
  /** The token that was tapped a moment ago, for the vehicle that is plugged in now. It is good once. */
  take(): Token | undefined
}

/** A card is tapped, then the cable is plugged in: so long may pass. */
const tapMillisMax = 60_000
/** What the register said is asked for anew after so long, while anybody answers. */
const freshMillis = 10 * 60_000
/** Cards that prove nothing, in a quarter of an hour, before the reader listens to none. */
const failuresMax = 10
const spanMillis = 15 * 60_000

export function createCardReader(station: Station): CardReader {
  const { deps, keeper, records, reports, driverRegister } = station
  const { clock, crypto, entropy } = deps
  let tapped: { readonly token: Token; readonly until: number } | undefined
  let failures: readonly Instant[] = []

  const refuse = (reason: DriverRefusal, detail?: string): undefined => {
    records.note('TokenRefused', { reason, ...(detail !== undefined && { detail }) })
    if (reason === 'ReaderLocked') return undefined
    failures = [...failures, clock.now()].slice(-failuresMax)
    if (reason === 'ProofReplayed') reports.security('AttemptedReplayAttacks', 'a driver’s card')
    if (reason === 'ProofInvalid' || reason === 'ProofMissing')
      reports.security('InvalidMessages', `a driver’s card: ${reason}`)
    return undefined
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

  return {
    async read(card) {
      const at = clock.now()
      failures = failures.filter((each) => at - each < spanMillis)
      if (failures.length >= failuresMax) return refuse('ReaderLocked')
      const nonce = toBase64Url(freshNonce(entropy))
      const challenge = { station: station.stationId, at, nonce, purpose: 'charge' } as const
      const read = readCard(card, challenge, crypto)
      if (!read.ok) return refuse(read.reason, read.detail)
      const { uid } = read.value
      const statement = await statementOf(uid)
      const counts = keeper.memory.cardCounts ?? []
      const expected = { station: station.stationId, at, purpose: 'charge' } as const
      const outcome = identify(read.value, statement, expected, countOf(counts, uid), crypto)
      if (!outcome.ok) return refuse(outcome.reason, outcome.detail)
      const { strength, proof } = outcome.value
      if (proof !== undefined)
        keeper.commit({ set: { cardCounts: withCount(counts, uid, proof.counter) } })
      // What nobody here could check goes along: whoever has the key can.
      const [first, ...others] = toAdditionalInfo(strength, read.value.proof)
      const token: Token = {
        idToken: uid,
        type: 'ISO14443',
        ...(first !== undefined && { additionalInfo: [first, ...others] }),
      }
      tapped = { token, until: clock.now() + tapMillisMax }
      return token
    },
    take() {
      const taken = tapped !== undefined && clock.now() < tapped.until ? tapped.token : undefined
      tapped = undefined
      return taken
    },
  }
}
