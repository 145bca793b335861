import { limits, type Decision } from '@interlock/contract'
import { inSeconds, millis, plus, type Instant, type Timer } from '@interlock/kernel'
import { CallFailed } from '@interlock/ocpp'
import { nobody, onArrival, onConsent, onSilence, type Judged } from './core/authorisation.ts'
import type { Charger, Override } from './core/charger.ts'
import { meterValue } from './core/transaction.ts'
import { advance, arrive, isFull, type PlugIn } from './hardware/vehicle.ts'
import { revokeAtCharger, showPairingCode } from './owners.ts'
import type { Caller } from './reports.ts'
import type { Reading, Station } from './station.ts'

/** The simulated hardware's panel: cable, buttons, display, meter. */
export type Hardware = {
  plugIn(plug: PlugIn): void
  unplug(): void
  /** `pair` shows a code on the display, which is the answer. */
  press(button: 'start' | 'stop' | 'pair'): string | undefined
  /** Owners' keys (SPKI, base64) as the display lists them. */
  owners(): readonly string[]
  /** A lost device's key, taken out by someone at the charger. */
  revoke(spki: string): void
  /** The charger's own frequency meter. Resolves when its consequences here are done. */
  frequency(sample: Reading): Promise<void>
  /** A fault of that kind begins; `undefined` clears it. */
  fault(kind: string | undefined): void
}

export function createHardware(
  station: Station,
  caller: Caller,
): Hardware & { resume(): void; close(): void } {
  const { deps, keeper, charging, records, config } = station
  const { clock } = deps
  const charger = (): Charger => keeper.memory.charger
  let silence: Timer | undefined
  let sampling: Timer | undefined

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

  const authorise = (idToken: string): void => {
    const wait = millis(limits.authorisationWaitMillis)
    silence = clock.after(wait, 'authorisation', () =>
      judged(onSilence(charger().authorisation, config.storedRule), 'Authorize'),
    )
    if (!caller.online()) return
    const { transaction } = keeper.memory
    void station.background('Authorize', async () => {
      try {
        const answer = await caller.call('Authorize', { idToken: { idToken, type: 'ISO14443' } })
        if (keeper.memory.transaction?.id !== transaction?.id) return
        answered(answer.idTokenInfo.status === 'Accepted')
      } catch (error) {
        // No answer is silence.
        if (!(error instanceof CallFailed)) throw error
      }
    })
  }

  const override = (action: Override['action']): void => {
    const current = charger()
    const until = plus(clock.now(), millis(limits.overrideMillisMax))
    const limitWatts = action === 'charge' ? station.ratings.ratingWatts : 0
    const authorisation =
      action === 'charge' && current.vehicle !== undefined
        ? onConsent(current.authorisation, 'gesture')
        : current.authorisation
    const next: Override = { action, limitWatts, until, by: 'gesture' }
    records.before('Gesture', { action })
    charging.update({ charger: { ...current, authorisation, override: next } })
    records.decide({
      action: action === 'charge' ? 'PressStart' : 'PressStop',
      decision: 'applied',
      setPointWatts: charger().applied.watts,
      delaySeconds: 0,
      reason: 'GestureAtCharger',
      second: 'gesture',
    })
  }

  const sample = (): void => {
    sampling = clock.after(inSeconds(config.meterIntervalSeconds), 'meter', () => {
      if (keeper.memory.transaction !== undefined) {
        charging.update(undefined, { trigger: 'MeterValuePeriodic' })
      } else if (caller.online()) {
        const now = clock.now()
        const value = meterValue(charger(), station.moment.reading?.hertz, now, 'Sample.Periodic')
        void station.background('MeterValues', async () => {
          await caller.call('MeterValues', { evseId: station.evse, meterValue: [value] })
        })
      }
      sample()
    })
  }

  return {
    plugIn(plug) {
      if (charger().vehicle !== undefined) return
      const now = clock.now()
      const { idToken } = plug
      const transaction = {
        id: crypto.randomUUID(),
        seqNo: 0,
        ...(idToken === undefined ? {} : { idToken }),
      }
      const plugged = {
        ...charger(),
        vehicle: arrive(plug, now),
        authorisation: onArrival(idToken),
      }
      const started = { trigger: 'CablePluggedIn', eventType: 'Started' } as const
      charging.update({ charger: plugged, transaction }, started)
      if (idToken !== undefined) authorise(idToken)
    },
    unplug() {
      silence?.cancel()
      const { vehicle, override: _, ...rest } = charger()
      if (vehicle === undefined) return
      const ended = { trigger: 'EVDeparted', eventType: 'Ended' } as const
      // The owner's word was for this vehicle, and a TxProfile is for this transaction.
      const profiles = keeper.memory.profiles.filter(
        (each) => each.profile.transactionId === undefined,
      )
      const gone = { charger: { ...rest, authorisation: nobody }, transaction: null, profiles }
      charging.update(gone, ended)
    },
    press(button) {
      if (button === 'pair') return showPairingCode(station)
      override(button === 'start' ? 'charge' : 'stop')
      return undefined
    },
    owners: () => keeper.memory.ownerKeys,
    revoke: (spki) => revokeAtCharger(station, spki),
    frequency(reading) {
      station.moment.reading = reading
      return Promise.resolve()
    },
    fault(kind) {
      const { fault: _, ...rest } = charger()
      charging.update({ charger: kind === undefined ? rest : { ...rest, fault: kind } })
    },
    /** After a loss of power: what waited for an answer has waited long enough. */
    resume() {
      sample()
      judged(onSilence(charger().authorisation, config.storedRule), 'Authorize')
    },
    close() {
      silence?.cancel()
      sampling?.cancel()
    },
  }
}

/** Whether the vehicle at the plug, if any, has what it came for. */
export const isVehicleFull = (charger: Charger, now: Instant): boolean =>
  charger.vehicle !== undefined && isFull(advance(charger.vehicle, now))
