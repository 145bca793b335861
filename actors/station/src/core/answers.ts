import type { DecisionNote } from '@interlock/contract'
import type { Instant } from '@interlock/kernel'
import { onAnswer } from './authorisation.ts'
import type { Charger } from './charger.ts'

/** What the CSMS said of the token, in answer to what. */
export type HeardAnswer = {
  readonly to: 'Authorize' | 'TransactionEvent'
  readonly accepted: boolean
}

/** What an answer does to a charger. */
export type AnswerRule = (
  charger: Charger,
  answer: HeardAnswer,
  now: Instant,
) => { readonly charger: Charger; readonly note?: DecisionNote }

/**
 * An answer starts and stops nothing by itself (risk rows AuthorizeResponse and
 * TransactionEventResponse). One to an event judges a running charge, and does not stop it; nor does
 * it authorise one.
 */
export const keepOwnersCharge: AnswerRule = (charger, { to, accepted }, now) => {
  const { authorisation } = charger
  if (to === 'TransactionEvent' && (accepted || authorisation.state !== 'allowed'))
    return { charger }
  const { note, ...next } = onAnswer(authorisation, accepted, now)
  const same = next.authorisation === authorisation
  return {
    charger: same ? charger : { ...charger, ...next },
    ...(note === undefined ? {} : { note }),
  }
}
