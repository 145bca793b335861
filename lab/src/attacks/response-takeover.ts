import { limits, type FlattenedJws } from '@interlock/contract'
import { inMinutes, plus, watts, type Instant, type StationId } from '@interlock/kernel'
import type { Action, Endpoint } from '@interlock/ocpp'
import { toChargingProfile } from '@interlock/power'
import { frequencyCurve } from './commands.ts'
import type { StolenPen } from './forge.ts'
import { answered, offline, type AnswerOutcome } from './outcome.ts'
import type { Target } from './takeover.ts'

/**
 * ATK-08 at the DSR provider: the attacker holds its keys under both roots and its virtual EVSEs, and
 * goes for every home it has under contract, all at once and in every form that a response has.
 */
export type Contract = Target & {
  /** The arm that stands for its response, charged when it was granted. */
  readonly heldDigest: string | undefined
}

type Refused = { readonly reason: string }
/** What the attacker took, besides the keys in its {@link StolenPen}. */
export type ResponseLoot = {
  readonly sessionOf: (station: StationId) => Endpoint | undefined
  /** Signs an arm and brings it to the LLCS through the DCC. */
  readonly arm: (home: Contract, service: '7.13' | '7.16') => Promise<{ digest: string } | Refused>
  /** Asks the supervisor for a countersignature. */
  readonly submit: (
    station: StationId,
    command: FlattenedJws,
  ) => Promise<{ readonly command: FlattenedJws } | Refused>
  /** Hands in a day-ahead plan that foresees everything, to each ledger. */
  readonly plans: () => Promise<readonly AnswerOutcome[]>
  readonly sign: StolenPen
  readonly now: () => Instant
  readonly pause: (seconds: number) => Promise<void>
}

export type ResponseAttempt = AnswerOutcome & {
  /** What was charged to the provider for it, W of swing; 0 where nothing was granted. */
  readonly grantedWatts: number
}

/** How often everything is armed anew; with the arms that stand, all of it lies in one budget window. */
const newArmRounds = 2
/** A second more than an arm asks for between its change and its return. */
const returnSeconds = limits.armChangeSpacingMillis / 1000 + 1
/** Until every charger is back: load comes back after a random delay, whoever took it off. */
const backSeconds = limits.randomDelaySecondsDefault + 1

/**
 * In one fixed order: what needs nobody else; the arms that stand; as many new ones as it gets; and
 * last what the supervisor would have to countersign, which a charger does after a random delay.
 */
export async function takeResponseOver(
  homes: readonly Contract[],
  loot: ResponseLoot,
): Promise<readonly ResponseAttempt[]> {
  const attempts = await each(alone, homes, loot)
  attempts.push(...(await loot.plans()).map((outcome) => ({ ...outcome, grantedWatts: 0 })))
  const held = homes.flatMap((home) =>
    home.heldDigest === undefined ? [] : [{ home, digest: home.heldDigest }],
  )
  attempts.push(...(await moveAll(held, loot)))
  for (let round = 0; round < newArmRounds; round++) {
    await loot.pause(backSeconds)
    const armed: Armed[] = []
    for (const home of homes) {
      const arm = await loot.arm(home, '7.16')
      attempts.push(armedAs(home, arm))
      if (!('reason' in arm)) armed.push({ home, digest: arm.digest })
    }
    attempts.push(...(await moveAll(armed, loot)))
  }
  return [...attempts, ...(await each(countersigned, homes, loot))]
}

async function each(
  forms: Forms,
  homes: readonly Contract[],
  loot: ResponseLoot,
): Promise<ResponseAttempt[]> {
  const attempts: ResponseAttempt[] = []
  for (const form of Object.values(forms))
    for (const [index, home] of homes.entries()) {
      const neighbour = homes[(index + 1) % homes.length] ?? home
      attempts.push(await form(home, neighbour, loot))
    }
  return attempts
}

/** An arm is charged its change and its return, a curve its span. */
const armSwings = 2
/** What is charged for a response that is held ready, W: its arm and its curve. */
export const heldWatts = (ratingWatts: number): number => (armSwings + 1) * ratingWatts

type Armed = { readonly home: Contract; readonly digest: string }

/**
 * Everything off at one moment, and let on again at the next that an arm allows. A dispatch is a
 * ceiling, so there is nothing that it could switch on.
 */
async function moveAll(
  armed: readonly Armed[],
  loot: ResponseLoot,
): Promise<readonly ResponseAttempt[]> {
  const attempts: ResponseAttempt[] = []
  for (const percent of [0, 100]) {
    if (percent > 0 && armed.length > 0) await loot.pause(returnSeconds)
    for (const { home, digest: armDigest } of armed)
      attempts.push(await sent(home, { ...dispatch(home, percent, loot), armDigest }, loot))
  }
  return attempts
}

type Form = (home: Contract, neighbour: Contract, loot: ResponseLoot) => Promise<ResponseAttempt>

type Forms = Readonly<Record<string, Form>>

const alone: Forms = {
  unsigned: async (home, _, loot) => {
    const session = loot.sessionOf(home.stationId)
    const { action, payload } = dispatch(home, 0, loot)
    return ungranted(session && (await answered(() => session.call(action, payload))))
  },
  selfSigned: (home, _, loot) => sent(home, dispatch(home, 0, loot), loot),
  armOfTheHouseNextDoor: (home, { heldDigest = 'none' }, loot) =>
    sent(home, { ...dispatch(home, 0, loot), armDigest: heldDigest }, loot),
  remoteStop: (home, _, loot) => {
    const payload = { transactionId: home.transactionId ?? 'none' }
    return sent(home, { action: 'RequestStopTransaction', payload }, loot)
  },
  armOfAConsumer: async (home, _, loot) => armedAs(home, await loot.arm(home, '7.13')),
}

const countersigned: Forms = {
  dispatch: (home, _, loot) => seconded(home, dispatch(home, 0, loot), loot),
  clearing: (home, _, loot) => {
    // The one of the CSMS's planner.
    const payload = { chargingProfileId: 1 }
    return seconded(home, { action: 'ClearChargingProfile', payload }, loot)
  },
  curve: (home, _, loot) => {
    const payload = frequencyCurve(home, { now: loot.now() })
    return seconded(home, { action: 'DataTransfer', payload }, loot)
  },
}

type Message = {
  readonly action: Action
  readonly payload: Record<string, unknown>
  readonly armDigest?: string
}

const ungranted = (outcome: AnswerOutcome = offline): ResponseAttempt => ({
  ...outcome,
  grantedWatts: 0,
})
const refused = ({ reason }: Refused): ResponseAttempt => ungranted({ outcome: 'refused', reason })

const armedAs = ({ ratingWatts }: Contract, arm: { digest: string } | Refused): ResponseAttempt =>
  'reason' in arm ? refused(arm) : { outcome: 'applied', grantedWatts: armSwings * ratingWatts }

async function sent(
  { stationId, eui }: Contract,
  message: Message,
  loot: ResponseLoot,
): Promise<ResponseAttempt> {
  const session = loot.sessionOf(stationId)
  const signed = loot.sign({ ...message, station: eui, evse: 1 })
  return ungranted(session && (await answered(() => session.callSigned(message.action, signed))))
}

async function seconded(
  { stationId, eui, ratingWatts }: Contract,
  message: Message,
  loot: ResponseLoot,
): Promise<ResponseAttempt> {
  const granted = await loot.submit(stationId, loot.sign({ ...message, station: eui, evse: 1 }))
  if ('reason' in granted) return refused(granted)
  const session = loot.sessionOf(stationId)
  const outcome =
    session && (await answered(() => session.callSigned(message.action, granted.command)))
  return { ...(outcome ?? offline), grantedWatts: ratingWatts }
}

/** Above every schedule of the CSMS, for as long as an attack may last. */
function dispatch(
  { ratingWatts, transactionId }: Contract,
  percent: number,
  { now }: ResponseLoot,
): Message {
  const from = now()
  const schedule = {
    from,
    until: plus(from, inMinutes(20)),
    periods: [{ from, limitWatts: watts((ratingWatts * percent) / 100) }],
  }
  const chargingProfile = toChargingProfile(schedule, {
    id: 666,
    stackLevel: 8,
    ...(transactionId === undefined
      ? { purpose: 'TxDefaultProfile' as const }
      : { purpose: 'TxProfile' as const, transactionId }),
  })
  return { action: 'SetChargingProfile', payload: { evseId: 1, chargingProfile } }
}
