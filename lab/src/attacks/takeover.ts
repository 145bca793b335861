import type { FlattenedJws } from '@interlock/contract'
import type { NodeCrypto } from '@interlock/host'
import type { Eui64, StationId } from '@interlock/kernel'
import { CallFailed, readSigned, type Endpoint } from '@interlock/ocpp'
import { inventedDigest, type Forge } from './forge.ts'

/**
 * ATK-08: the attacker holds the CSMS's keys and its live sessions, and goes for every station of
 * the street. The list of what is tried depends on the stations alone, so that runs compare.
 */
export const takeoverActions = [
  'RequestStopTransaction',
  'RequestStartTransaction',
  'SetChargingProfile',
] as const
export type TakeoverAction = (typeof takeoverActions)[number]

/** How each command is tried. Only the last asks for a second party. */
export const takeoverVariants = [
  'unsigned',
  'selfSigned',
  'inventedArm',
  /** The very message that was delivered a moment ago. */
  'replayed',
  /** A genuine message from earlier, as seen on the way to the station. */
  'recorded',
  'misaddressed',
  'submitted',
] as const
export type TakeoverVariant = (typeof takeoverVariants)[number]

export type Target = {
  readonly stationId: StationId
  readonly eui: Eui64
  readonly ratingWatts: number
  readonly transactionId: string | undefined
}

/** What the attacker took, besides the keys in its {@link Forge}. */
export type Loot = {
  readonly sessionOf: (station: StationId) => Endpoint | undefined
  /** The last genuine signed message that went to a station. */
  readonly captured: (station: StationId, action: TakeoverAction) => FlattenedJws | undefined
  /** Asks the supervisor for a countersignature, as the CSMS. */
  readonly submit: (
    station: StationId,
    command: FlattenedJws,
  ) => Promise<{ readonly command: FlattenedJws } | { readonly reason: string }>
}

export type Attempt = {
  readonly station: StationId
  readonly action: TakeoverAction
  readonly variant: TakeoverVariant
  /** What the station, or whoever stood before it, answered. */
  readonly outcome: 'applied' | 'refused'
  readonly reason?: string
}

/** Tries everything, one command at a time, in one fixed order. */
export async function takeOver(
  targets: readonly Target[],
  loot: Loot,
  forge: Forge,
  crypto: NodeCrypto,
): Promise<readonly Attempt[]> {
  const attempts: Attempt[] = []
  for (const action of takeoverActions)
    for (const [index, target] of targets.entries()) {
      const neighbour = targets[(index + 1) % targets.length] ?? target
      const own = forge.sign(action, target)
      for (const variant of takeoverVariants) {
        const attempt = { action, target, neighbour, own, loot, forge, crypto }
        const outcome = await variants[variant](attempt)
        attempts.push({ station: target.stationId, action, variant, ...outcome })
      }
    }
  return attempts
}

type Outcome = Pick<Attempt, 'outcome' | 'reason'>
type Try = {
  readonly action: TakeoverAction
  readonly target: Target
  readonly neighbour: Target
  /** Signed once with the stolen key, so that it can be sent again. */
  readonly own: FlattenedJws
  readonly loot: Loot
  readonly forge: Forge
  readonly crypto: NodeCrypto
}

const variants: Readonly<Record<TakeoverVariant, (attempt: Try) => Promise<Outcome>>> = {
  unsigned: async ({ action, target, loot, forge }) => {
    const session = loot.sessionOf(target.stationId)
    const payload = forge.payload(action, target)
    return session === undefined ? offline : answered(() => session.call(action, payload as never))
  },
  selfSigned: (attempt) => sendSigned(attempt, attempt.own),
  inventedArm: (attempt) => {
    const armDigest = inventedDigest(attempt.crypto, attempt.target)
    return sendSigned(attempt, attempt.forge.sign(attempt.action, attempt.target, { armDigest }))
  },
  replayed: (attempt) => sendSigned(attempt, attempt.own),
  recorded: (attempt) => {
    const { action, target, loot, own } = attempt
    return sendSigned(attempt, loot.captured(target.stationId, action) ?? own)
  },
  misaddressed: (attempt) => {
    const { action, target, neighbour, loot, forge } = attempt
    const meantForNeighbour =
      loot.captured(neighbour.stationId, action) ??
      forge.sign(action, target, { addressee: neighbour.eui })
    return sendSigned(attempt, meantForNeighbour)
  },
  submitted: async (attempt) => {
    const { action, target, loot, forge } = attempt
    const granted = await loot.submit(target.stationId, forge.sign(action, target))
    if ('reason' in granted) return { outcome: 'refused', reason: granted.reason }
    return sendSigned(attempt, granted.command)
  },
}

async function sendSigned(attempt: Try, command: FlattenedJws): Promise<Outcome> {
  const session = attempt.loot.sessionOf(attempt.target.stationId)
  return session === undefined
    ? offline
    : answered(() => session.callSigned(attempt.action, command))
}

const offline: Outcome = { outcome: 'refused', reason: 'StationOffline' }

/** Reads the station's answer, signed or not; an OCPP error is a refusal by its description. */
async function answered(call: () => Promise<unknown>): Promise<Outcome> {
  try {
    const result = await call()
    const signed = readSigned(result)
    const { status, statusInfo } = (signed.ok ? signed.value.payload : result) as {
      status?: string
      statusInfo?: { reasonCode?: string }
    }
    if (status === 'Accepted') return { outcome: 'applied' }
    return { outcome: 'refused', reason: statusInfo?.reasonCode ?? status ?? 'Unknown' }
  } catch (error) {
    if (error instanceof CallFailed) return { outcome: 'refused', reason: error.code }
    throw error
  }
}
