import type { Endpoint } from '@interlock/ocpp'
import { answered, type AnswerOutcome } from './outcome.ts'

/** What is not critical by itself, and may be sent to soften a charger up. */
export type ContextAct = {
  /** The row of the risk table. */
  readonly on: 'SendLocalList' | 'SetDisplayMessage'
  readonly send: (session: Endpoint, owner: string) => Promise<unknown>
}

/** The owner is struck from the local list, whichever way, and told to go away. */
export const contextActs: readonly ContextAct[] = [
  {
    on: 'SendLocalList',
    send: (session) => session.call('SendLocalList', { versionNumber: 1_000, updateType: 'Full' }),
  },
  {
    on: 'SendLocalList',
    send: (session, owner) =>
      session.call('SendLocalList', {
        versionNumber: 1_001,
        updateType: 'Differential',
        localAuthorizationList: [{ idToken: { idToken: owner, type: 'ISO14443' } }],
      }),
  },
  {
    on: 'SetDisplayMessage',
    send: (session) =>
      session.call('SetDisplayMessage', {
        message: {
          id: 1,
          priority: 'AlwaysFront',
          message: { format: 'UTF8', content: 'Danger. Unplug your car now.' },
        },
      }),
  },
]

export const sendContext = ({ send }: ContextAct, session: Endpoint, owner: string) =>
  answered(() => send(session, owner)) satisfies Promise<AnswerOutcome>
