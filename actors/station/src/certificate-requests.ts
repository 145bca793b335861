import { systemEntropy } from '@interlock/host'
import { inSeconds, type Entropy, type Timer } from '@interlock/kernel'
import { CallFailed } from '@interlock/ocpp'
import { isFirstContact } from './network/network.ts'
import type { Station } from './station.ts'

/** A02, A03: asking the CSMS for a certificate, and asking again while none comes. */
export type CertificateRequests = {
  ask(): Promise<void>
  /** A certificate came, good or bad: what was asked has been answered. */
  answered(): void
}

/** Wall time until a station without any certificate asks for one again. */
const certificateSeconds = { first: 60, longest: 3_600 } as const
export function certificateWait(asked: number, entropy: Entropy): number {
  const { first, longest } = certificateSeconds
  const whole = Math.min(longest, first * 2 ** Math.min(asked, 10))
  return whole / 2 + entropy.below(whole / 2 + 1)
}

export function createCertificateRequests(
  station: Station,
  request: () => string,
): CertificateRequests {
  let timer: Timer | undefined

  const askFor = async (asked: number): Promise<void> => {
    timer?.cancel()
    const csr = request()
    const { status } = await station.caller.call('SignCertificate', {
      csr,
      certificateType: 'ChargingStationCertificate',
    })
    const again = async (): Promise<void> => {
      try {
        await askFor(asked + 1)
      } catch (error) {
        if (!(error instanceof CallFailed)) throw error
      }
    }
    const { deps, config, model } = station
    const label = `${config.actor}/certificate`
    if (isFirstContact(station)) {
      // Refused or not: a unit that nobody has registered yet hears nothing, and has nothing to lose.
      const wait = inSeconds(certificateWait(asked, systemEntropy))
      timer = deps.wall.after(wait, label, () => (isFirstContact(station) ? again() : undefined))
      return
    }
    // A02.FR.17 … .19: twice as long after each time, as often as the variable says.
    const repeatTimes = model.setting('SecurityCtrlr', 'CertSigningRepeatTimes')
    if (status !== 'Accepted' || asked >= repeatTimes) return
    const minimum = model.setting('SecurityCtrlr', 'CertSigningWaitMinimum')
    timer = deps.clock.after(inSeconds(minimum * 2 ** asked), label, again)
  }

  return {
    ask: () => askFor(0),
    answered() {
      timer?.cancel()
      timer = undefined
    },
  }
}
