import type { Instant } from '@interlock/kernel'
import { inMinutes, plus, toIso } from '@interlock/kernel'
import type { Action, IdTokenInfoType, Response } from '@interlock/ocpp'

/** How the attacker stands when it answers. */
export type Grip = {
  /** Counts one more lie under that row of the risk table; the count before it. */
  readonly turn: (on: string) => number
  readonly now: () => Instant
  /** Authorisations are being held back. */
  readonly holds: () => boolean
  /** Boots are still accepted. */
  readonly lets: () => boolean
  /** Resolves when what is held back is let go. */
  readonly hold: () => Promise<void>
}

/** What is answered instead of the truth. */
export type Lie<A extends Action> = (
  genuine: Response<A>,
  grip: Grip,
) => Response<A> | Promise<Response<A>>

/** One lie for each answer that could bear on load. */
export const lies: { readonly [A in (typeof liedTo)[number]]: Lie<A> } = {
  TransactionEvent: (genuine, grip) => ({ ...genuine, ...refusals(grip) }),
  Authorize: async (genuine, grip) => {
    if (!grip.holds()) {
      const turn = grip.turn('AuthorizeResponse')
      return { ...genuine, idTokenInfo: tokenInfo(turn, grip) }
    }
    await grip.hold()
    return genuine
  },
  BootNotification: (genuine, grip) => {
    if (grip.lets()) return genuine
    const turn = grip.turn('BootNotificationResponse')
    const status = turn % 2 === 0 ? 'Rejected' : 'Pending'
    return { ...genuine, status, interval: 60, currentTime: wrongTime(grip) }
  },
  Heartbeat: (genuine, grip) => ({ ...genuine, currentTime: wrongTime(grip) }),
}

const liedTo = ['TransactionEvent', 'Authorize', 'BootNotification', 'Heartbeat'] as const

/** Rows of the risk table that the lies above are counted under. */
export const liedAbout = [
  'AuthorizeResponse',
  'TransactionEventResponse',
  'BootNotificationResponse',
  'HeldBackAnswer',
  'CurrentTime',
] as const

/** Every way to say that a token may not charge. */
const statuses = [
  'Invalid',
  'Blocked',
  'ConcurrentTx',
  'Expired',
  'NoCredit',
  'NotAllowedTypeEVSE',
  'NotAtThisLocation',
  'NotAtThisTime',
  'Unknown',
] as const satisfies readonly IdTokenInfoType['status'][]

/** A refusal, with a priority, a place and a limit that nobody agreed to. */
function tokenInfo(turn: number, { now }: Grip): IdTokenInfoType {
  const status = statuses[turn % statuses.length] ?? 'Invalid'
  return {
    status,
    chargingPriority: -9,
    cacheExpiryDateTime: toIso(plus(now(), inMinutes(-60))),
    evseId: [99],
    customData,
  }
}

function refusals(grip: Grip): Partial<Response<'TransactionEvent'>> {
  const turn = grip.turn('TransactionEventResponse')
  return { idTokenInfo: tokenInfo(turn, grip), chargingPriority: -9, totalCost: 0, customData }
}

/** Names that later versions of the protocol give to limits in answers. */
const customData = { vendorId: 'attacker', transactionLimit: { maxEnergy: 0 }, maxLimit: 0 }

/** An hour off, in turn ahead and behind: beyond every tolerance. */
function wrongTime({ turn, now }: Grip): string {
  return toIso(plus(now(), inMinutes(turn('CurrentTime') % 2 === 0 ? 60 : -60)))
}
