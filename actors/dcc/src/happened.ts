import type { Bus } from '@interlock/bus'
import type { Arm, Happening } from '@interlock/contract'
import type { ServiceRequest } from '@interlock/duis'
import type { Clock, Eui64 } from '@interlock/kernel'
import type { Peer } from '@interlock/pki'

export type ArmPhase = 'granted' | 'used' | 'ended'
/** Since the start, for the console and the lab. */
export type ArmTotals = Record<ArmPhase | 'unused' | 'refused', number>

/** Tells the bus, and through it the console, what the data company did. */
export type Happened = {
  arm(phase: ArmPhase, arm: Pick<Arm, 'originator' | 'target' | 'counter'> & Partial<Arm>): void
  refused(reason: string, peer: Peer, request: ServiceRequest | undefined): void
  /** An on-demand arm moved nothing in its time. */
  unused(digest: string): void
  security(reason: string, device: Eui64): void
  totals(): Readonly<ArmTotals>
}

export function createHappened(
  bus: Bus,
  place: { readonly actor: string; readonly region: string; readonly feeder: string },
  clock: Clock,
): Happened {
  const totals: ArmTotals = { granted: 0, used: 0, ended: 0, unused: 0, refused: 0 }
  const { actor, region, feeder } = place
  const publish = (
    topicKind: 'arm' | 'refusal' | 'security',
    id: string,
    happening: Omit<Happening, 'at' | 'actor'>,
  ): void => {
    const topic = { region, feeder, kind: topicKind, id }
    // What nobody could be told is in the audit trail all the same.
    bus.publish(topic, { at: clock.now(), actor, ...happening }).catch(() => {})
  }
  return {
    totals: () => ({ ...totals }),
    arm(phase, { originator, target, counter, digest, evse, direction, levelPercent, until, use }) {
      totals[phase]++
      const data = {
        phase,
        originator,
        llcs: target,
        counter: counter.toString(),
        ...(digest === undefined ? {} : { digest }),
        ...(use === undefined ? {} : { use }),
        ...(evse === undefined ? {} : { evse }),
        ...(direction === undefined ? {} : { direction }),
        ...(levelPercent === undefined ? {} : { levelPercent }),
        ...(until === undefined ? {} : { until }),
      }
      publish('arm', target, { kind: 'arm', data })
    },
    refused(reason, peer, request) {
      const load = request?.service === '7.13' || request?.service === '7.16'
      if (load) totals.refused++
      const data = {
        user: peer.organisation,
        role: peer.role,
        service: request?.service ?? null,
        llcs: load ? (request?.target ?? null) : null,
      }
      publish('refusal', request?.target ?? actor, { kind: 'refusal', reason, data })
    },
    unused(digest) {
      totals.unused++
      publish('arm', actor, { kind: 'arm', data: { phase: 'unused', digest } })
    },
    security(reason, device) {
      publish('security', device, { kind: 'security', reason, data: { device } })
    },
  }
}
