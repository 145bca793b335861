import { vendorId, witnessAway } from '@interlock/contract'
import { keepWitnessed, type Running } from '@interlock/host'
import { Fault, ok, refused } from '@interlock/kernel'
import { fromPem } from '@interlock/pki'
import type { Caller } from './reports.ts'
import type { Station } from './station.ts'

/**
 * A charger's audit trail is witnessed by the supervisor, whom it reaches through its CSMS. The CSMS carries
 * what the charger signed and what the supervisor signed in answer; it can hold them back, and alter neither.
 */
export function keepStationWitnessed(
  station: Station,
  caller: Caller,
  chargingRoots: readonly string[],
): Running {
  const { config, deps, records } = station
  return keepWitnessed({
    audit: records.audit,
    data: config.data,
    actor: config.actor,
    deps,
    roots: chargingRoots.flatMap((pem) => fromPem(pem, 'CERTIFICATE')),
    ready: () => station.identity() !== undefined,
    async ask(checkpoint) {
      if (!caller.online()) throw away('there is no connection to the CSMS')
      const data = { ...checkpoint }
      const answer = await caller.call('DataTransfer', { vendorId, messageId: 'Checkpoint', data })
      const reason = answer.statusInfo?.reasonCode ?? answer.status
      // A CSMS that knows nothing of witnesses is asked again too: the next one may.
      if (answer.status === 'Accepted') return ok(answer.data)
      if (answer.status !== 'Rejected' || reason === witnessAway) throw away(reason)
      return refused(reason)
    },
  })
}

const away = (why: string): Fault => new Fault('WitnessUnreachable', `no witness: ${why}`)
