import type { FlattenedJws } from '@interlock/contract'
import type { Identity, NodeCrypto } from '@interlock/host'
import {
  inMinutes,
  plus,
  toBase64Url,
  utf8,
  type Clock,
  type Eui64,
  type Role,
} from '@interlock/kernel'
import type { Action } from '@interlock/ocpp'
import { effectWindow, nextCounter, signCommand } from '@interlock/seal'
import type { Means, TakeoverCommand } from './commands.ts'
import type { Target } from './takeover.ts'

/** Signs in the name of whoever a stolen identity belongs to; for one charger and one EVSE of it. */
export type StolenPen = (message: {
  readonly action: Action
  readonly payload: Record<string, unknown>
  readonly station: Eui64
  readonly evse: number
  /** Claims an arm. */
  readonly armDigest?: string
}) => FlattenedJws

export function stolenPen(
  { peer, key }: Identity,
  role: Role,
  clock: Clock,
  crypto: NodeCrypto,
): StolenPen {
  let counter = 0n
  return ({ action, payload, station, evse, armDigest }) => {
    const now = clock.now()
    counter = nextCounter(counter, now)
    const unsigned = {
      action,
      payload,
      role,
      org: peer.organisation,
      thumbprint: peer.thumbprint,
      target: { station, evse },
      counter,
      issuedAt: now,
      expiresAt: plus(now, inMinutes(5)),
      effect: effectWindow(now),
    }
    const arm = armDigest === undefined ? {} : { armDigest }
    return signCommand({ ...unsigned, ...arm }, key, crypto)
  }
}

/** Makes the CSMS's signed commands with its stolen identity. */
export type Forge = {
  readonly payload: (command: TakeoverCommand, target: Target) => Record<string, unknown>
  /** `armDigest` claims an arm; `addressee` is who the signature is for, if not the target. */
  readonly sign: (
    command: TakeoverCommand,
    target: Target,
    claims?: { readonly armDigest?: string; readonly addressee?: Eui64 },
  ) => FlattenedJws
}

export function createForge(
  identity: Identity,
  clock: Clock,
  crypto: NodeCrypto,
  means: Omit<Means, 'now'>,
): Forge {
  const sign = stolenPen(identity, 'csms', clock, crypto)
  const payload: Forge['payload'] = (command, target) =>
    command.payload(target, { ...means, now: clock.now() })
  return {
    payload,
    sign: (command, target, { addressee = target.eui, ...claims } = {}) => {
      const { action, evse } = command
      return sign({
        action,
        payload: payload(command, target),
        station: addressee,
        evse,
        ...claims,
      })
    },
  }
}

/** The digest of an arm that nobody ever signed. */
export const inventedDigest = (crypto: NodeCrypto, target: Target): string =>
  toBase64Url(crypto.sha256(utf8(`no such arm for ${target.stationId}`)))
