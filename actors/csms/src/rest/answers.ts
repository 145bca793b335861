import { Type, type TSchema } from 'typebox'
import { trustModesShown } from '../core/view.ts'
import { bootPolicies, trustModes } from '../data/stations.ts'

/** Shapes of answers, as the interface describes them; what is read of a station may say more. */
const strict = { additionalProperties: false }
const orNull = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()])
const Text = Type.String()
const Moment = Type.String({ format: 'date-time' })
const Count = Type.Integer({ minimum: 0 })
const Anything = Type.Record(Type.String(), Type.Unknown())

/** One page of a list; `next` is the cursor of the page after it. */
export const pageOf = <Item extends TSchema>(item: Item) =>
  Type.Object({ items: Type.Array(item), next: orNull(Text) }, strict)

/** Something known of a station, in the words of OCPP, with when it became known. */
export const KnownFact = Type.Object({ knownAt: Moment })

export const LocalListAnswer = Type.Object({
  version: Count,
  reportedVersion: orNull(Type.Integer()),
  entries: Type.Array(Anything),
})

const Boot = Type.Object({
  at: Moment,
  status: Type.Enum(bootPolicies),
  reason: Text,
  vendorName: Text,
  model: Text,
  serialNumber: orNull(Text),
  firmwareVersion: orNull(Text),
})

const RefusedAnswer = Type.Object({
  at: Type.Union([Moment, Count]),
  action: Text,
  reason: Text,
  detail: Type.Optional(Text),
})

const costFields = {
  currency: Text,
  tariffVersion: Count,
  wattHours: Type.Number(),
  energyPence: Text,
  idleMinutes: Count,
  feesPence: Text,
  totalCost: Type.Number(),
  final: Type.Boolean(),
}

const stationFields = {
  stationId: Text,
  eui: Text,
  llcs: orNull(Text),
  meter: orNull(Text),
  feeder: Text,
  evse: Count,
  ratingWatts: Type.Number(),
  enrolled: Type.Boolean(),
  connected: Type.Boolean(),
  trustMode: Type.Enum(trustModesShown),
  identifiedBy: Text,
  securityProfile: orNull(Type.Integer({ minimum: 1, maximum: 3 })),
  bootPolicy: Text,
  boot: orNull(Boot),
  evses: Type.Array(Count),
  status: Text,
  state: orNull(Text),
  why: orNull(Text),
  until: orNull(Text),
  waitingFor: orNull(Text),
  override: Type.Unknown(),
  setPointWatts: orNull(Type.Number()),
  powerWatts: orNull(Type.Number()),
  hertz: orNull(Type.Number()),
  meterWattHours: orNull(Type.Number()),
  energyWattHours: orNull(Type.Number()),
  /** As the station was told last; forgotten by a restart, until the next event. */
  cost: orNull(Type.Object({ ...costFields, transactionId: Text }, strict)),
  transactionId: orNull(Text),
  goal: orNull(Anything),
  plan: orNull(Anything),
  schedule: orNull(Anything),
  refused: orNull(RefusedAnswer),
  /** What the home's supplier has signed about its load: with `arm` a trigger may do it once, until then. */
  supplied: orNull(
    Type.Object(
      { arm: Text, originator: Text, load: Type.Enum(['on', 'off']), until: Text },
      strict,
    ),
  ),
}
export const StationAnswer = Type.Object(stationFields, strict)
export const StationWithRefusals = Type.Object(
  { ...stationFields, refusedCommands: Type.Array(RefusedAnswer) },
  strict,
)

const transactionSummary = {
  transactionId: Text,
  state: Type.Union([Type.Literal('active'), Type.Literal('ended')]),
  evseId: orNull(Count),
  startedAt: orNull(Text),
  endedAt: orNull(Text),
  chargingState: orNull(Text),
  idToken: orNull(Type.Object({ idToken: Text, type: Text }, strict)),
  firstWattHours: orNull(Type.Number()),
  lastWattHours: orNull(Type.Number()),
  /** Null: no tariff held when it started, or nothing was metered; in the list also while it runs. */
  cost: orNull(Type.Object(costFields, strict)),
}
export const TransactionSummary = Type.Object(transactionSummary, strict)
export const TransactionAnswer = Type.Object(
  {
    ...transactionSummary,
    connectorId: orNull(Count),
    stoppedReason: orNull(Text),
    remoteStartId: orNull(Type.Integer()),
    reservationId: orNull(Type.Integer()),
    seqNos: Type.Array(Count),
    missingSeqNos: Type.Array(Count),
    conflictingSeqNos: Type.Array(Count),
    complete: Type.Boolean(),
    offline: Type.Boolean(),
    triggerReasons: Type.Array(Text),
    /** It has more events than are read for this; what needs all of them speaks of the first. */
    truncated: Type.Boolean(),
  },
  strict,
)
/** A TransactionEvent as the station sent it. */
export const TransactionEventAnswer = Type.Object({
  eventType: Text,
  seqNo: Count,
  timestamp: Text,
  transactionInfo: Anything,
})

/** A request with what answered it, as {@link Exchange} of the history. */
export const ExchangeAnswer = Type.Object(
  {
    at: Moment,
    stationId: Text,
    from: Type.Union([Type.Literal('station'), Type.Literal('csms')]),
    messageId: Text,
    action: Text,
    request: Type.Unknown(),
    response: Type.Unknown(),
    error: orNull(Type.Object({ code: Type.Unknown(), description: Type.Unknown() })),
    latencyMillis: orNull(Type.Number()),
    signed: orNull(Anything),
    problems: Type.Array(Type.Object({ code: Text, detail: Text })),
  },
  strict,
)

export const TariffAnswer = Type.Object(
  {
    meter: Text,
    /** The supplier's, of its message: what it signs later has a higher one. */
    counter: Text,
    /** Of a message of ours; the standard's has none. */
    version: orNull(Type.Integer()),
    readAt: Moment,
    prices: Type.Array(Type.Object({ from: Moment, pencePerKilowattHour: Type.Number() }, strict)),
    notTaken: orNull(Text),
    shownOther: orNull(Type.Array(Text)),
  },
  strict,
)

const Profile = Type.Integer({ minimum: 1, maximum: 3 })
const knockFields = {
  id: Text,
  times: Count,
  lastAt: Count,
  /** Why it was kept out the last time. */
  reason: Text,
  /** Under which it came then, and the unit that its certificate named. */
  securityProfile: orNull(Profile),
  certificateEui: orNull(Text),
}
export const KnockAnswer = Type.Object(knockFields, strict)
export const KnockWithRegister = Type.Object(
  {
    ...knockFields,
    /** The supervisor's entry; null: it has none, or does not answer. */
    register: orNull(
      Type.Object(
        {
          trustMode: Type.Enum(trustModes),
          state: Text,
          eui: Text,
          ratingWatts: Type.Number(),
          evses: Type.Array(Count),
          feeder: Text,
          llcs: orNull(Text),
        },
        strict,
      ),
    ),
    /** Why it cannot be adopted as it is. */
    barred: orNull(Type.Object({ reason: Text, detail: orNull(Text) }, strict)),
    /** For which this CSMS listens. */
    securityProfiles: Type.Array(Profile),
  },
  strict,
)
export const AdoptionAnswer = Type.Object(
  { stationId: Text, trustMode: Type.Enum(trustModes), securityProfile: orNull(Profile) },
  strict,
)

const capacityFields = {
  group: Text,
  feeder: Text,
  operator: Text,
  agreed: Type.Boolean(),
  silent: Type.Boolean(),
  /** From then on it is silent unless it is heard before. */
  silentFrom: orNull(Moment),
  contractedWatts: Count,
  /** What may be drawn now, and who says so. */
  watts: Type.Number(),
  source: Type.Enum(['forecast', 'fallback', 'contract', 'topic']),
  /** What the operator says by topic besides: when last, and whether that is too long ago. Null without a middleware. */
  byTopic: orNull(Type.Object({ saidAt: orNull(Moment), silent: Type.Boolean() }, strict)),
  /** Past silence. */
  fallbackWatts: Type.Number(),
}
const CapacityBlock = Type.Object(
  { from: Moment, watts: Type.Number(), source: capacityFields.source },
  strict,
)
/** How the vehicles of a feeder come out; null before any was planned. */
const FeederPlanAnswer = Type.Object(
  {
    at: Moment,
    vehicles: Count,
    short: Type.Array(
      Type.Object({ stationId: Text, wattHours: Type.Number(), reason: Text }, strict),
    ),
    /** Blocks that bear less than is needed; the operator was told before. */
    shortBlocks: Type.Array(Moment),
  },
  strict,
)
export const CapacityAnswer = Type.Object(capacityFields, strict)
export const CapacityWithBlocks = Type.Object(
  { ...capacityFields, plan: orNull(FeederPlanAnswer), blocks: Type.Array(CapacityBlock) },
  strict,
)

export const HealthAnswer = Type.Object({ status: Type.Literal('ok') }, strict)

/** What the station said to a command, or why it was not sent. */
export const CommandAnswer = Type.Object(
  {
    status: Text,
    reasonCode: Type.Optional(Text),
    detail: Type.Optional(Text),
    response: Type.Optional(Type.Unknown()),
  },
  strict,
)
