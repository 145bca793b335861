import type { FlattenedJws } from '@interlock/contract'
import type { Identity, NodeCrypto } from '@interlock/host'
import { inMinutes, plus, toBase64Url, utf8, type Clock, type Eui64 } from '@interlock/kernel'
import { effectWindow, nextCounter, signCommand } from '@interlock/seal'
import type { Means, TakeoverCommand } from './commands.ts'
import type { Target } from './takeover.ts'

/** Makes signed commands with a stolen identity. */
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
  let counter = 0n
  const payload: Forge['payload'] = (command, target) =>
    command.payload(target, { ...means, now: clock.now() })
  return {
    payload,
    sign: (command, target, claims = {}) => {
      const now = clock.now()
      counter = nextCounter(counter, now)
      const unsigned = {
        action: command.action,
        payload: payload(command, target),
        role: 'csms' as const,
        org: identity.peer.organisation,
        thumbprint: identity.peer.thumbprint,
        target: { station: claims.addressee ?? target.eui, evse: command.evse },
        counter,
        issuedAt: now,
        expiresAt: plus(now, inMinutes(5)),
        effect: effectWindow(now),
      }
      const arm = claims.armDigest === undefined ? {} : { armDigest: claims.armDigest }
      return signCommand({ ...unsigned, ...arm }, identity.key, crypto)
    },
  }
}

/** The digest of an arm that nobody ever signed. */
export const inventedDigest = (crypto: NodeCrypto, target: Target): string =>
  toBase64Url(crypto.sha256(utf8(`no such arm for ${target.stationId}`)))
