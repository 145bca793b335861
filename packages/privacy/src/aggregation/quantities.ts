import { ok, type Crypto, type Instant, type Outcome } from '@interlock/kernel'
import { openAudit, type Opening } from './audit.ts'
import type { Closing } from './closing.ts'
import { derivedWords, pairKeys, type KeyHolder, type KeyOf, type Word } from './mask-words.ts'
import {
  maskReading,
  unmaskReading,
  type Participant,
  type StationProblem,
  type StationRounds,
} from './masked-reading.ts'
import type { Roster } from './roster.ts'

/**
 * What is summed in each round: the power now, and the energy of the last whole half-hour. Both are of
 * one set of stations with one history, so that neither can be subtracted from the other to tell one
 * home: a half-hour's energy is close to its powers.
 */
export type Quantities<Value> = { readonly watts: Value; readonly wattHours: Value }
export type Quantity = keyof Quantities<unknown>

export const forBoth = <Value>(of: (quantity: Quantity) => Value): Quantities<Value> => ({
  watts: of('watts'),
  wattHours: of('wattHours'),
})

/** A station's numbers of one round. */
export type MaskedBoth = { readonly round: number; readonly values: Quantities<bigint> }

/** One station, as it takes part in both sums of its feeder. */
export type Member = Omit<Participant, 'word'> & { readonly words: Quantities<Word> }

/** Words of either quantity, of keys of its own. @throws as {@link derivedWords} */
export const wordsOf = (
  own: KeyHolder,
  ownSecret: Uint8Array,
  roster: Roster,
  keyOf: KeyOf,
  crypto: Crypto,
): Quantities<Word> =>
  forBoth((quantity) => {
    const named = { ...roster, feeder: `${roster.feeder}/${quantity}` }
    return derivedWords(pairKeys(own, ownSecret, named, keyOf, crypto), crypto)
  })

type BothStep = { readonly message: MaskedBoth; readonly rounds: StationRounds }

/** {@link maskReading} of both. */
export function maskBoth(
  member: Member,
  rounds: StationRounds,
  now: Instant,
  reading: Quantities<bigint>,
): Outcome<BothStep, StationProblem> {
  return bothSteps(member, (participant, quantity) =>
    maskReading(participant, rounds, now, reading[quantity]),
  )
}

/** {@link unmaskReading} of both. */
export function unmaskBoth(
  member: Member,
  rounds: StationRounds,
  closing: Closing,
): Outcome<BothStep, StationProblem> {
  return bothSteps(member, (participant) => unmaskReading(participant, rounds, closing))
}

/** {@link openAudit} of both. */
export const openBoth = ({ station, roster, words }: Member, round: number): Quantities<Opening> =>
  forBoth((quantity) => openAudit(station, roster, round, words[quantity]))

/** Both steps begin with the same state, and end with it. */
function bothSteps(
  { words, ...member }: Member,
  step: (
    participant: Participant,
    quantity: Quantity,
  ) => ReturnType<typeof maskReading | typeof unmaskReading>,
): Outcome<BothStep, StationProblem> {
  const watts = step({ ...member, word: words.watts }, 'watts')
  if (!watts.ok) return watts
  const wattHours = step({ ...member, word: words.wattHours }, 'wattHours')
  if (!wattHours.ok) return wattHours
  const { message, rounds } = watts.value
  const values = { watts: message.value, wattHours: wattHours.value.message.value }
  return ok({ message: { round: message.round, values }, rounds })
}
