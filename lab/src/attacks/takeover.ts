import type { FlattenedJws } from '@interlock/contract'
import type { NodeCrypto } from '@interlock/host'
import type { Eui64, StationId } from '@interlock/kernel'
import type { Action, Endpoint } from '@interlock/ocpp'
import { nameOf, takeoverCommands, type Prey, type TakeoverCommand } from './commands.ts'
import { inventedDigest, type Forge } from './forge.ts'
import { answered, cut, offline, type AnswerOutcome } from './outcome.ts'

/**
 * ATK-08: the attacker holds the CSMS's keys and its live sessions, and goes for every station of
 * the street. The list of what is tried depends on the stations alone, so that runs compare.
 */

/** How each command is tried without a second party. */
export const aloneVariants = [
  'unsigned',
  'selfSigned',
  'inventedArm',
  /** The very message that was delivered a moment ago. */
  'replayed',
  /** A genuine message from earlier, as seen on the way to the station. */
  'recorded',
  'misaddressed',
] as const
export type AloneVariant = (typeof aloneVariants)[number]
/** The last way asks for a second party. */
export type TakeoverVariant = AloneVariant | 'submitted'
/** Attempts for each station. */
export const attemptsPerStation = takeoverCommands.length * (aloneVariants.length + 1)

export type Target = Prey & {
  readonly stationId: StationId
  readonly eui: Eui64
  /** A car is plugged in and draws nothing: there is load to be had. */
  readonly waits?: boolean
}

/** What the attacker took, besides the keys in its {@link Forge}. */
export type Loot = {
  /** A charger that restarts is waited for; `undefined` is one that stays away. */
  readonly sessionOf: (station: StationId) => Promise<Endpoint | undefined>
  /** The last genuine signed message that went to a station. */
  readonly captured: (station: StationId, action: Action) => FlattenedJws | undefined
  /** Asks the supervisor for a countersignature, as the CSMS. */
  readonly submit: (
    station: StationId,
    command: FlattenedJws,
  ) => Promise<{ readonly command: FlattenedJws } | { readonly reason: string }>
}

export type Attempt = AnswerOutcome & {
  readonly station: StationId
  /** As {@link nameOf} says. */
  readonly command: string
  readonly variant: TakeoverVariant
  /** Worst change of load of a command that was countersigned, obeyed or not; absent: it was not. */
  readonly countersignedWatts?: number
}

/**
 * Tries everything, one command at a time, in one fixed order: first alone, then with the second
 * party. There those come first where a car waits, and each station begins with another command, so
 * that the budget goes to several kinds.
 */
export async function takeOver(
  targets: readonly Target[],
  loot: Loot,
  forge: Forge,
  crypto: NodeCrypto,
): Promise<readonly Attempt[]> {
  const attempts: Attempt[] = []
  for (const command of takeoverCommands)
    for (const [index, target] of targets.entries()) {
      const neighbour = targets[(index + 1) % targets.length] ?? target
      const own = forge.sign(command, target)
      const attempt = { command, target, neighbour, own, loot, forge, crypto }
      for (const variant of aloneVariants)
        attempts.push({
          station: target.stationId,
          command: nameOf(command),
          variant,
          ...(await alone[variant](attempt)),
        })
    }
  const eager = targets.toSorted(
    (left, right) => Number(right.waits ?? false) - Number(left.waits ?? false),
  )
  for (const round of takeoverCommands.keys())
    for (const [index, target] of eager.entries()) {
      const command = takeoverCommands[(firstSubmitted + index + round) % takeoverCommands.length]
      if (command !== undefined) attempts.push(await submitted(command, target, loot, forge))
    }
  return attempts
}

/** The first two need an arm whatever they are charged: no use beginning with those. */
const firstSubmitted = 2

type Try = {
  readonly command: TakeoverCommand
  readonly target: Target
  readonly neighbour: Target
  /** Signed once with the stolen key, so that it can be sent again. */
  readonly own: FlattenedJws
  readonly loot: Loot
  readonly forge: Forge
  readonly crypto: NodeCrypto
}

const alone: Readonly<Record<AloneVariant, (attempt: Try) => Promise<AnswerOutcome>>> = {
  unsigned: ({ command, target, loot, forge }) => {
    const payload = forge.payload(command, target)
    return reached(target, loot, (session) => session.call(command.action, payload))
  },
  selfSigned: (attempt) => sendSigned(attempt, attempt.own),
  inventedArm: (attempt) => {
    const armDigest = inventedDigest(attempt.crypto, attempt.target)
    return sendSigned(attempt, attempt.forge.sign(attempt.command, attempt.target, { armDigest }))
  },
  replayed: (attempt) => sendSigned(attempt, attempt.own),
  recorded: (attempt) => {
    const { command, target, loot, own } = attempt
    return sendSigned(attempt, loot.captured(target.stationId, command.action) ?? own)
  },
  misaddressed: (attempt) => {
    const { command, target, neighbour, loot, forge } = attempt
    const meantForNeighbour =
      loot.captured(neighbour.stationId, command.action) ??
      forge.sign(command, target, { addressee: neighbour.eui })
    return sendSigned(attempt, meantForNeighbour)
  },
}

async function submitted(
  command: TakeoverCommand,
  target: Target,
  loot: Loot,
  forge: Forge,
): Promise<Attempt> {
  const { stationId: station, ratingWatts } = target
  const about = { station, command: nameOf(command), variant: 'submitted' } as const
  const granted = await loot.submit(station, forge.sign(command, target))
  if ('reason' in granted) return { ...about, outcome: 'refused', reason: granted.reason }
  const outcome = await sendSigned({ command, target, loot }, granted.command)
  return { ...about, countersignedWatts: command.swings * ratingWatts, ...outcome }
}

const sendSigned = (
  { command, target, loot }: Pick<Try, 'command' | 'target' | 'loot'>,
  message: FlattenedJws,
): Promise<AnswerOutcome> =>
  reached(target, loot, (session) => session.callSigned(command.action, message))

/** How often a restart of the charger may cut one call short. */
const cutsMax = 3

async function reached(
  { stationId }: Target,
  loot: Loot,
  call: (session: Endpoint) => Promise<unknown>,
): Promise<AnswerOutcome> {
  for (let cuts = 0; cuts < cutsMax; cuts += 1) {
    const session = await loot.sessionOf(stationId)
    if (session === undefined) return offline
    const outcome = await answered(() => call(session))
    if (outcome !== cut) return outcome
  }
  return offline
}
