import { limits, vendorId, type Arm, type FlattenedJws } from '@interlock/contract'
import { armDigest, encodePreCommand, signPreCommand } from '@interlock/gbcs'
import type { Identity, NodeCrypto } from '@interlock/host'
import { inMinutes, inSeconds, millis, plus, toIso, type Instant } from '@interlock/kernel'
import type { Action } from '@interlock/ocpp'
import { toChargingProfile } from '@interlock/power'
import { countersign, effectWindow, ownerEui, signCommand } from '@interlock/seal'
import {
  charger,
  csms,
  dsrsp,
  dsrspMeter,
  supervisingDevice,
  supervisor,
  supplier,
} from '../home/parties.ts'
import type { Happening } from './happening.ts'
import { signWords, type SignedWord, type Word } from './words.ts'

/** What the parties of one home may sign, and what may happen to it. */
export type Scenario = {
  readonly name: string
  readonly startAt: Instant
  readonly arms: Readonly<Record<string, ArmSpec>>
  readonly triggers: Readonly<Record<string, TriggerSpec>>
  /** What else is told to the home, in histories alone: the explorer says none of it. */
  readonly words?: readonly Word[]
  /** What happens before everything else, in every history: no event of those that are counted. */
  readonly opening?: readonly Happening[]
  /** Both devices read what they read last once more after the dwell, and at the end of each step of time. */
  readonly reading?: true
  /** A history of so many events moves the load; absent where none may. */
  readonly movesWithin?: number
  /** Steps of time, milliseconds, of which any may come next. */
  readonly ticks: readonly number[]
  /** Readings of the grid frequency that either device may make. */
  readonly hertz: readonly number[]
  /** Buttons at the charger. */
  readonly presses: readonly ('start' | 'stop')[]
  /** Messages on the cable that arrive late, or never; the others at once. */
  readonly held: readonly string[]
  /** Who may be away, and for devices die, losing all but the disk. */
  readonly fails: readonly Part[]
  /** What may come twice: an arm handed in, its frame on the way, a trigger. */
  readonly repeats: readonly ('submit' | 'replay' | 'trigger')[]
  /** How often, in one history, each kind of event may come. */
  readonly most: Readonly<Record<'tick' | 'fail' | 'repeat' | 'press' | 'sample' | 'cut', number>>
  /** Clocks ahead of the charger's by so much; `signers` are those who sign arms and triggers. */
  readonly skewMillis?: Partial<Record<'llcs' | 'csms' | 'company' | 'hub' | 'signers', number>>
  /** The hub's path to the data company is out, by the hub's own clock, so long after the start. */
  readonly pathOut?: { readonly fromMillis: number; readonly untilMillis: number }
}

export const parts = ['station', 'llcs', 'company', 'hub', 'csms'] as const
export type Part = (typeof parts)[number]

export type ArmSpec = {
  readonly use: Arm['use']
  readonly levelPercent: number
  readonly minutes: number
}
export type TriggerSpec =
  | { readonly action: 'start' | 'stop'; readonly arm: string }
  | { readonly action: 'dispatch'; readonly arm: string; readonly watts: number }
  | { readonly action: 'curve' }

/** A message that its party has signed. Each is signed once and is the same in every history. */
export type SignedArm = ArmSpec & {
  readonly name: string
  readonly bytes: Uint8Array
  readonly digest: string
  readonly from: Instant
  readonly until: Instant
}
export type SignedTrigger = {
  readonly name: string
  readonly spec: TriggerSpec
  readonly action: Action
  readonly jws: FlattenedJws
  /** Of the arm it relies on. */
  readonly digest?: string
  readonly expiresAt: Instant
}
export type Signed = {
  readonly arms: ReadonlyMap<string, SignedArm>
  readonly triggers: ReadonlyMap<string, SignedTrigger>
  readonly words: ReadonlyMap<Word, SignedWord>
}

export const ratingWatts = 7_400
/** The curve of every scenario that has one: half the rating at the reading that is tried. */
export const curvePoints = [
  { hertz: 49.5, percent: 0 },
  { hertz: 49.7, percent: 100 },
]
export const deadbandHertz = 0.2
const expiryMinutes = 5

export function signAll(
  scenario: Pick<Scenario, 'startAt' | 'arms' | 'triggers' | 'words' | 'skewMillis'>,
  world: { readonly owner: Identity['key']; readonly transactionId: string },
  crypto: NodeCrypto,
): Signed {
  const startAt = plus(scenario.startAt, millis(scenario.skewMillis?.signers ?? 0))
  const arms = new Map<string, SignedArm>()
  for (const [index, [name, spec]] of Object.entries(scenario.arms).entries()) {
    const { useCase, originator, key } = {
      onDemand: {
        useCase: 'ECS47a' as const,
        originator: ownerEui(world.owner.publicKey.spki, crypto),
        key: world.owner,
      },
      response: {
        useCase: 'ECS47e' as const,
        originator: dsrspMeter.peer.organisation,
        key: dsrspMeter.key,
      },
      supplied: {
        useCase: spec.levelPercent === 0 ? ('DeactivateLoad' as const) : ('ActivateLoad' as const),
        originator: supplier.peer.organisation,
        key: supplier.key,
      },
    }[spec.use]
    const until = plus(startAt, inMinutes(spec.minutes))
    const preCommand = encodePreCommand({
      useCase,
      originator,
      target: supervisingDevice.peer.eui,
      counter: BigInt(startAt + index),
      controller: 1,
      direction: 'import',
      levelPercent: spec.levelPercent,
      from: startAt,
      until,
    })
    const bytes = signPreCommand(preCommand, key, crypto)
    arms.set(name, { ...spec, name, bytes, digest: armDigest(bytes, crypto), from: startAt, until })
  }
  const triggers = new Map<string, SignedTrigger>()
  for (const [index, [name, spec]] of Object.entries(scenario.triggers).entries()) {
    const digest = 'arm' in spec ? arms.get(spec.arm)?.digest : undefined
    const by = spec.action === 'dispatch' || spec.action === 'curve' ? dsrsp : csms
    const [action, payload] = payloadOf(spec, startAt, world.transactionId, index)
    const expiresAt = plus(startAt, inMinutes(expiryMinutes))
    const signed = signCommand(
      {
        action,
        payload,
        role: by.peer.role,
        org: by.peer.organisation,
        thumbprint: by.peer.thumbprint,
        target: { station: charger.peer.eui, evse: 1 },
        counter: BigInt(startAt + index),
        issuedAt: startAt,
        expiresAt,
        effect: effectWindow(startAt),
        ...(digest === undefined ? {} : { armDigest: digest }),
      },
      by.key,
      crypto,
    )
    const jws = digest === undefined ? seconded(signed, expiresAt, crypto) : signed
    const named = digest === undefined ? {} : { digest }
    triggers.set(name, { name, spec, action, jws, expiresAt, ...named })
  }
  return { arms, triggers, words: signWords(scenario.words ?? [], startAt, crypto) }
}

const seconded = (jws: FlattenedJws, expiresAt: Instant, crypto: NodeCrypto): FlattenedJws => {
  const { organisation: org, thumbprint } = supervisor.peer
  const second = { org, thumbprint, reservation: 'reservation-1', hours: [0], expiresAt }
  return countersign(jws, second, supervisor.key, crypto)
}

function payloadOf(
  spec: TriggerSpec,
  at: Instant,
  transactionId: string,
  index: number,
): readonly [Action, object] {
  switch (spec.action) {
    case 'start':
      return [
        'RequestStartTransaction',
        { evseId: 1, remoteStartId: index + 1, idToken: { idToken: 'owner', type: 'Central' } },
      ]
    case 'stop':
      return ['RequestStopTransaction', { transactionId }]
    case 'dispatch': {
      // As long as the arm needs between its change and its return.
      const until = plus(at, inMinutes(3))
      const schedule = { from: at, until, periods: [{ from: at, limitWatts: spec.watts }] }
      const named = { id: index + 1, purpose: 'TxDefaultProfile' } as const
      return [
        'SetChargingProfile',
        { evseId: 1, chargingProfile: toChargingProfile(schedule, named) },
      ]
    }
    case 'curve':
      return [
        'DataTransfer',
        {
          vendorId,
          messageId: 'FrequencyCurve',
          data: {
            evse: 1,
            direction: 'import',
            points: curvePoints,
            deadbandHertz,
            from: toIso(at),
            until: toIso(plus(at, inMinutes(20))),
            durationMillisMax: limits.responseMillisMax,
          },
        },
      ]
  }
}

/** Time between a message that waits, and the next look at it. */
export const short = inSeconds(6)
