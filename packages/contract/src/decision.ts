import type { Eui64, StationId } from '@interlock/kernel'
import type { RefusalReason } from './refusals.ts'

/** What a station decided about one command, arm signal, answer or gesture. Kept in its audit file. */
export type Decision = {
  readonly station: StationId
  /** World time, ms since 1970. */
  readonly at: number
  readonly action: string
  readonly originator?: Eui64
  readonly decision: 'applied' | 'refused' | 'stored' | 'ignored'
  /** Set-point after the decision, where it changes one. */
  readonly setPointWatts?: number
  /** Random delay drawn, in seconds; 0 with the reason of the exemption. */
  readonly delaySeconds?: number
  /** A refusal reason, or why an exemption or an omission was right. */
  readonly reason?: RefusalReason | DecisionNote
  readonly second?: 'countersigned' | 'armed' | 'response' | 'gesture'
  /** Digest of the arm or reservation it relied on. */
  readonly reference?: string
}

export const decisionNotes = {
  GestureAtCharger: 'someone at the charger asked for it',
  ConsumerOverride: "the owner's arm asked for it",
  ResponseService: 'the grid needed it at once',
  OwnersChargeKept: "the owner's running charge is not stopped by a remote answer",
  StoredRuleApplied: 'no answer came; the stored rule allowed the charge',
  LateAnswerIgnored: 'an answer that comes late starts nothing',
  ScheduleEnded: 'the schedule ended; the written fallback applies',
  DelayElapsed: 'the random delay has passed',
  Restored: 'the grid has recovered',
  MadeSafe: 'the charger made itself safe',
  NothingToChange: 'nothing had to change',
} as const
export type DecisionNote = keyof typeof decisionNotes
