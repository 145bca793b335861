import type { DecisionNote } from '@interlock/contract'
import type { Instant } from '@interlock/kernel'

/**
 * May this vehicle charge? At home the charger decides, not the answer: a remote party that could
 * stop or start charging by answering, or by holding answers back and giving them all at once, would
 * move load without a second party (risk rows AuthorizeResponse and HeldBackAnswer).
 */
export type Authorisation =
  | { readonly state: 'none' }
  | { readonly state: 'waiting' }
  | { readonly state: 'allowed'; readonly by: 'owner' | 'answer' | 'rule' | 'gesture' | 'arm' }
  | { readonly state: 'denied'; readonly by: 'answer' | 'rule' }
  /** Accepted too late: only a seconded slot that begins after `at` may use it. */
  | { readonly state: 'late'; readonly at: Instant }

/** What the owner chose for when no answer comes: charge, or wait for a gesture. */
export type StoredRule = 'charge' | 'wait'

export type Judged = { readonly authorisation: Authorisation; readonly note?: DecisionNote }

export const nobody: Authorisation = { state: 'none' }

/** A vehicle without a token at a home's charger is the owner's. */
export const onArrival = (idToken: string | undefined): Authorisation =>
  idToken === undefined ? { state: 'allowed', by: 'owner' } : { state: 'waiting' }

/** An answer to Authorize or TransactionEvent came. */
export function onAnswer(current: Authorisation, accepted: boolean, now: Instant): Judged {
  switch (current.state) {
    case 'waiting':
      return {
        authorisation: accepted
          ? { state: 'allowed', by: 'answer' }
          : { state: 'denied', by: 'answer' },
      }
    case 'allowed':
      return accepted
        ? { authorisation: current }
        : { authorisation: current, note: 'OwnersChargeKept' }
    case 'denied':
      return accepted
        ? { authorisation: { state: 'late', at: now }, note: 'LateAnswerIgnored' }
        : { authorisation: current }
    case 'late':
      return accepted
        ? { authorisation: current }
        : { authorisation: { state: 'denied', by: 'answer' } }
    case 'none':
      return { authorisation: current }
  }
}

/** Ten seconds have passed without an answer. */
export function onSilence(current: Authorisation, rule: StoredRule): Judged {
  if (current.state !== 'waiting') return { authorisation: current }
  return rule === 'charge'
    ? { authorisation: { state: 'allowed', by: 'rule' }, note: 'StoredRuleApplied' }
    : { authorisation: { state: 'denied', by: 'rule' } }
}

/** Someone at the charger, or the owner's arm, said so. */
export const onConsent = (current: Authorisation, by: 'gesture' | 'arm'): Authorisation =>
  current.state === 'allowed' ? current : { state: 'allowed', by }
