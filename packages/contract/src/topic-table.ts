import type { Role } from '@interlock/kernel'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { Masked, MaskKey, MaskRoster, MaskRound } from './feeder-sum-payloads.ts'
import {
  Capacity,
  Consumption,
  ConsumptionTotal,
  EpochGrant,
  EpochLease,
  HalfHour,
  Load,
  Reading,
  Session,
} from './topic-payloads.ts'
import { limits } from './limits.ts'
import { topicKinds, type Topic, type TopicKind } from './topics.ts'

/**
 * How what is said on a topic is protected, whoever carries it.
 * - `signed`: by its author; readable by all
 * - `readers`: signed, and encrypted for readers that its header names
 * - `groupSigned`: signed, and encrypted under the key of the topic's epoch
 * - `groupMac`: authenticated and encrypted under that key alone; members could write as each other
 */
export type Protection = 'signed' | 'readers' | 'groupSigned' | 'groupMac'
/** Purposes that the person it is about can consent to, each apart, and withdraw. */
export type ConsentPurpose = 'monthly' | 'daily' | 'halfHourly' | 'dsr'
/** Why a role may read: a contract or a law, or the consent of whom it is about. */
export type Ground = 'contract' | ConsentPurpose

/** What one process says to those who watch it; it never reaches a broker. */
export type LocalTopic = { readonly protection: 'local'; readonly publishers: readonly Role[] }
export type SealedTopic = {
  readonly protection: Protection
  readonly schema: TSchema
  readonly publishers: readonly Role[]
  readonly readers: Readonly<Partial<Record<Role, Ground>>>
  /** What it may be used for; in every header. */
  readonly purpose: string
  /** How long a broker keeps it, and so the longest that a message may be valid. */
  readonly retentionMillis: number
  /** An author that says nothing for longer has been silenced, where it must speak so often. */
  readonly silenceMillis?: number
  /**
   * The id names the organisation that reads it, after the station and a dot where it is about one: nobody else may,
   * whatever it was granted.
   */
  readonly idNames?: 'reader' | 'stationAndReader'
  /**
   * It is about the home that the id names: who may write there is said of each home, and never of a region or a feeder,
   * where other operators have homes too.
   */
  readonly authorsById?: true
}

const minute = 60_000
const day = 24 * 60 * minute
/** The longest that anything said to a group is kept. */
const groupKept = 7 * day
const local = { protection: 'local', publishers: ['csms', 'dsrsp', 'dcc', 'supervisor'] } as const

/**
 * Every kind of topic, once: the only source of who may publish and read it, and of how it is
 * protected. A station has no key to be sealed to (its certificate signs only): it publishes to named
 * readers, reads what is signed for all, and is a member of no group.
 */
export const topicTable = {
  state: local,
  frequency: local,
  arm: local,
  trigger: local,
  refusal: local,
  security: local,
  reading: {
    protection: 'readers',
    schema: Reading,
    publishers: ['station'],
    // Of a charge by card, for the provider that gave it out: what another's drivers do is none of its business.
    readers: { emsp: 'contract' },
    purpose: 'billing',
    retentionMillis: 7 * day,
    idNames: 'stationAndReader',
  },
  // No finer than the consent's purpose, and nobody is named: who charges is not the owner's to tell.
  halfHour: {
    protection: 'readers',
    schema: HalfHour,
    publishers: ['station'],
    readers: { dso: 'halfHourly' },
    purpose: 'consumption',
    retentionMillis: 7 * day,
  },
  session: {
    protection: 'readers',
    schema: Session,
    publishers: ['csms'],
    readers: { emsp: 'contract' },
    purpose: 'billing',
    retentionMillis: 7 * day,
    authorsById: true,
  },
  consumption: {
    protection: 'groupSigned',
    schema: Consumption,
    publishers: ['csms'],
    readers: { supplier: 'halfHourly', dso: 'halfHourly', dsrsp: 'dsr' },
    purpose: 'consumption',
    retentionMillis: groupKept,
    authorsById: true,
  },
  // By name: once a day or a month there is no epoch to keep, and who withdrew is named no more.
  dailyConsumption: {
    protection: 'readers',
    schema: ConsumptionTotal,
    publishers: ['csms'],
    readers: { supplier: 'daily' },
    purpose: 'consumption',
    retentionMillis: 7 * day,
    authorsById: true,
  },
  monthlyConsumption: {
    protection: 'readers',
    schema: ConsumptionTotal,
    publishers: ['csms'],
    readers: { supplier: 'monthly' },
    purpose: 'consumption',
    retentionMillis: 7 * day,
    authorsById: true,
  },
  load: {
    protection: 'groupMac',
    schema: Load,
    publishers: ['csms'],
    readers: { dso: 'contract' },
    purpose: 'gridOperation',
    retentionMillis: day,
    silenceMillis: minute,
  },
  capacity: {
    protection: 'groupSigned',
    schema: Capacity,
    publishers: ['dso'],
    readers: { csms: 'contract' },
    purpose: 'gridOperation',
    retentionMillis: 2 * day,
    silenceMillis: 15 * minute,
    idNames: 'reader',
  },
  maskKey: {
    protection: 'signed',
    schema: MaskKey,
    publishers: ['station'],
    readers: { station: 'contract', dso: 'contract' },
    purpose: 'feederSums',
    retentionMillis: day,
  },
  maskRoster: {
    protection: 'signed',
    schema: MaskRoster,
    publishers: ['dso'],
    readers: { station: 'contract' },
    purpose: 'feederSums',
    retentionMillis: day,
  },
  // One home's number says nothing without those of its whole feeder: no consent is asked for it.
  masked: {
    protection: 'readers',
    schema: Masked,
    publishers: ['station'],
    readers: { dso: 'contract' },
    purpose: 'feederSums',
    retentionMillis: 5 * minute,
  },
  maskRound: {
    protection: 'signed',
    schema: MaskRound,
    publishers: ['dso'],
    readers: { station: 'contract' },
    purpose: 'feederSums',
    retentionMillis: 5 * minute,
  },
  epoch: {
    protection: 'readers',
    schema: EpochGrant,
    publishers: ['keyserver'],
    readers: {
      csms: 'contract',
      dso: 'contract',
      supplier: 'contract',
      dsrsp: 'contract',
    },
    purpose: 'keys',
    // With what is said under it: the last of that may be as old as an epoch grows.
    retentionMillis: groupKept + limits.epochMillisMax,
  },
  lease: {
    protection: 'signed',
    schema: EpochLease,
    publishers: ['keyserver'],
    readers: {
      csms: 'contract',
      dso: 'contract',
      supplier: 'contract',
      dsrsp: 'contract',
    },
    purpose: 'keys',
    retentionMillis: minute,
    silenceMillis: minute,
  },
} as const satisfies Record<TopicKind, LocalTopic | SealedTopic>

/** `undefined` for what never leaves its process. */
export function sealedTopic(kind: TopicKind): SealedTopic | undefined {
  const row: LocalTopic | SealedTopic = topicTable[kind]
  return row.protection === 'local' ? undefined : row
}

export const isGroup = (protection: Protection): boolean =>
  protection === 'groupSigned' || protection === 'groupMac'

export const mayPublish = (role: Role, kind: TopicKind): boolean => {
  const publishers: readonly Role[] = topicTable[kind].publishers
  return publishers.includes(role)
}

/** On what ground a role may read a kind; `undefined` where it may not. */
export const groundOf = (role: Role, kind: TopicKind): Ground | undefined =>
  sealedTopic(kind)?.readers[role]

/** Whether a topic can be for that organisation to read, by its id. */
export function isReadBy(organisation: string, { kind, id }: Topic): boolean {
  const names = sealedTopic(kind)?.idNames
  if (names === undefined) return true
  return organisation === (names === 'reader' ? id : id.slice(id.indexOf('.') + 1))
}

/** Whether a contract to write on topics of a kind has to name each of them by its id. */
export const hasAuthorsById = (kind: TopicKind): boolean => sealedTopic(kind)?.authorsById === true

/** How long its authors may state nothing of how far they have come. */
export const headSilentMillis = (kind: TopicKind): number =>
  mayPublish('station', kind) ? limits.stationSilentMillis : limits.authorSilentMillis

const shapes = new Map(
  topicKinds.flatMap((kind) => {
    const row = sealedTopic(kind)
    return row === undefined ? [] : [[kind, Compile(row.schema)] as const]
  }),
)
/** Whether `payload` may be said on a topic of this kind; nothing may on one that has no seal. */
export const fitsTopic = (kind: TopicKind, payload: unknown): boolean =>
  shapes.get(kind)?.Check(payload) ?? false
