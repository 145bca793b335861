import type { FlattenedJws } from '@interlock/contract'
import type { Identity, NodeCrypto } from '@interlock/host'
import { inMinutes, plus, toBase64Url, utf8, type Clock, type Eui64 } from '@interlock/kernel'
import { fromPlan } from './payloads.ts'
import { effectWindow, nextCounter, signCommand } from '@interlock/seal'
import type { TakeoverAction, Target } from './takeover.ts'

/** Makes signed commands with a stolen identity. */
export type Forge = {
  readonly payload: (action: TakeoverAction, target: Target) => Record<string, unknown>
  /** `armDigest` claims an arm; `addressee` is who the signature is for, if not the target. */
  readonly sign: (
    action: TakeoverAction,
    target: Target,
    claims?: { readonly armDigest?: string; readonly addressee?: Eui64 },
  ) => FlattenedJws
}

export function createForge(identity: Identity, clock: Clock, crypto: NodeCrypto): Forge {
  let counter = 0n
  const payload: Forge['payload'] = (action, target) => fromPlan(action, target, clock.now())
  return {
    payload,
    sign: (action, target, claims = {}) => {
      const now = clock.now()
      counter = nextCounter(counter, now)
      const command = {
        action,
        payload: payload(action, target),
        role: 'csms' as const,
        org: identity.peer.organisation,
        thumbprint: identity.peer.thumbprint,
        target: { station: claims.addressee ?? target.eui, evse: 1 },
        counter,
        issuedAt: now,
        expiresAt: plus(now, inMinutes(5)),
        effect: effectWindow(now),
      }
      const arm = claims.armDigest === undefined ? {} : { armDigest: claims.armDigest }
      return signCommand({ ...command, ...arm }, identity.key, crypto)
    },
  }
}

/** The digest of an arm that nobody ever signed. */
export const inventedDigest = (crypto: NodeCrypto, target: Target): string =>
  toBase64Url(crypto.sha256(utf8(`no such arm for ${target.stationId}`)))
