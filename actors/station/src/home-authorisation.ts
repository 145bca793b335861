import { limits, type Decision } from '@interlock/contract'
import { millis, type Timer } from '@interlock/kernel'
import { CallFailed } from '@interlock/ocpp'
import { onSilence, type Judged } from './core/authorisation.ts'
import type { Charger } from './core/charger.ts'
import type { Token } from './core/token.ts'
import { admitGuest } from './guests.ts'
import type { Station } from './station.ts'

/** Who may charge at a supervised station: the home decides, and an answer moves no load. */
export type HomeAuthorisation = {
  /** A vehicle has arrived with this token, and waits for the answer or the stored rule. */
  ask(token: Token): void
  /** After a loss of power: what waited for an answer has waited long enough. */
  resume(): void
  departed(): void
  close(): void
}

export function createHomeAuthorisation(station: Station): HomeAuthorisation {
  const { deps, keeper, charging, records, config, caller } = station
  const { clock } = deps
  const charger = (): Charger => keeper.memory.charger
  let silence: Timer | undefined

  const judged = ({ authorisation, note }: Judged, action: string): void => {
    const decision: Decision['decision'] = note === 'StoredRuleApplied' ? 'applied' : 'ignored'
    if (note !== undefined) records.decide({ action, decision, reason: note })
    if (authorisation === charger().authorisation) return
    const allowed = authorisation.state === 'allowed'
    charging.update(
      { charger: { ...charger(), authorisation } },
      allowed ? { trigger: 'Authorized' } : undefined,
    )
  }

  const answered = (accepted: boolean): void => {
    const now = clock.now()
    const { charger: next, note } = station.answers(charger(), { to: 'Authorize', accepted }, now)
    judged(
      { authorisation: next.authorisation, ...(note === undefined ? {} : { note }) },
      'AuthorizeResponse',
    )
  }

  return {
    ask(token) {
      if (admitGuest(station, token)) return
      const wait = millis(limits.authorisationWaitMillis)
      silence = clock.after(wait, 'authorisation', () =>
        judged(onSilence(charger().authorisation, config.storedRule), 'Authorize'),
      )
      if (!caller.online()) return
      const { transaction } = keeper.memory
      void station.background('Authorize', async () => {
        try {
          const answer = await caller.call('Authorize', { idToken: token })
          if (keeper.memory.transaction?.id !== transaction?.id) return
          answered(answer.idTokenInfo.status === 'Accepted')
        } catch (error) {
          // No answer is silence.
          if (!(error instanceof CallFailed)) throw error
        }
      })
    },
    resume: () => judged(onSilence(charger().authorisation, config.storedRule), 'Authorize'),
    departed: () => silence?.cancel(),
    close: () => silence?.cancel(),
  }
}
