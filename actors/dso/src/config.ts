import { feederSumLimits } from '@interlock/contract'
import { actorConfig, ListenConfig } from '@interlock/host'
import { Fault } from '@interlock/kernel'
import { oscpLimits } from '@interlock/oscp'
import { demandHomesHeard, HomeConfig, MiddlewareConfig } from '@interlock/topics'
import { Type, type Static } from 'typebox'
import { claimLimits } from './capacity/divide.ts'

const Path = Type.String({ minLength: 1, maxLength: 4096 })
const Origin = Type.String({ pattern: '^https://[^/]+$', maxLength: 256 })
const Name = Type.String({ minLength: 1, maxLength: oscpLimits.nameCharsMax })
const Eui = Type.String({ pattern: '^[0-9A-F]{2}(-[0-9A-F]{2}){7}$' })

/** A flexibility provider: an operator of charging stations that has a contract. */
const ProviderConfig = Type.Object(
  {
    /** Names it in `contracts` and in the audit trail. */
    name: Name,
    /** Its certificate (PEM), pinned: who calls with it, and signs with its key. */
    certificate: Path,
    /** Where it may live; addresses elsewhere are refused when it registers. */
    origin: Origin,
    /** What it must show in each request: agreed with it beforehand. */
    token: Type.String({
      minLength: oscpLimits.tokenCharsMin,
      maxLength: oscpLimits.tokenCharsMax,
      pattern: '^[\\x21-\\x7e]+$',
    }),
  },
  { additionalProperties: false },
)

const FeederConfig = Type.Object(
  {
    /** `group_id` of its messages. */
    group: Name,
    ratedWatts: Type.Integer({ minimum: 0, maximum: oscpLimits.capacityMax }),
    /** Its load without vehicles, JSON; read anew for each forecast. */
    history: Path,
    /** The temperature out of doors, of the history and of the day to come, JSON; read anew for each forecast. */
    temperatures: Type.Optional(Path),
    /** Certificate (PEM) of the meter at its head, smart-meter root: whose readings show a breach. */
    meter: Type.Optional(Path),
    /**
     * Its chargers by EUI-64, as the register has them, whose readings are summed so that none of them
     * is seen. Those of the region and of this group say them over the middleware.
     */
    chargers: Type.Optional(
      Type.Array(Eui, { maxItems: feederSumLimits.membersMax, uniqueItems: true }),
    ),
    /**
     * Its providers tell what their chargers draw together, and what they have used. Never of a feeder whose chargers are
     * summed: the difference could be one home.
     */
    reported: Type.Optional(Type.Boolean()),
    contracts: Type.Array(
      Type.Object(
        {
          provider: Name,
          contractedWatts: Type.Integer({ minimum: 0, maximum: claimLimits.wattsMax }),
        },
        { additionalProperties: false },
      ),
      { maxItems: claimLimits.claimsMax },
    ),
  },
  { additionalProperties: false },
)
export type FeederConfig = Static<typeof FeederConfig>

export const DsoConfig = actorConfig({
  /** Folder with key and chain under the charging root: TLS, and the signature over each message. */
  identity: Path,
  trust: Type.Object({ charging: Path }, { additionalProperties: false }),
  listen: ListenConfig,
  /** By which providers reach this server. */
  origin: Origin,
  /** How often each provider must send a heartbeat. */
  heartbeatSeconds: Type.Integer({
    minimum: oscpLimits.heartbeatSecondsMin,
    maximum: oscpLimits.heartbeatSecondsMax,
    default: 300,
  }),
  /** For the feeders' meters alone, under a root in other hands than the providers' certificates. */
  meters: Type.Optional(
    Type.Object({ listen: ListenConfig, trust: Path }, { additionalProperties: false }),
  ),
  /** Where it reads what providers say of its feeders' chargers, and homes of themselves. */
  middleware: Type.Optional(MiddlewareConfig),
  /** Homes whose readings it reads while they consent (`halfHourly`); `feeder` is a `group`. */
  homes: Type.Optional(Type.Array(HomeConfig, { maxItems: 10_000 })),
  providers: Type.Array(ProviderConfig, { maxItems: 256 }),
  feeders: Type.Array(FeederConfig, { maxItems: 256 }),
})
export type DsoConfig = Static<typeof DsoConfig>

/** @throws Fault `ConfigInvalid` for a name that is there twice, a contract with nobody, or what nothing can be heard of. */
export function demandWhole({ providers, feeders, homes, meters, middleware }: DsoConfig): void {
  const names = providers.map(({ name }) => name)
  const lists = [
    names,
    feeders.map(({ group }) => group),
    ...feeders.map(({ contracts }) => contracts.map(({ provider }) => provider)),
  ]
  for (const list of lists) {
    const twice = list.find((name, at) => list.indexOf(name) !== at)
    if (twice !== undefined) throw invalid(`${twice} is there twice`)
  }
  const metered = feeders.find(({ meter }) => meter !== undefined)
  if (metered !== undefined && meters === undefined)
    throw invalid(`${metered.group}: its meter has nowhere to call, for meters is not there`)
  const summed = feeders.find(({ chargers }) => chargers !== undefined)
  if (summed !== undefined && middleware === undefined)
    throw invalid(
      `${summed.group}: its chargers have nowhere to be heard, for middleware is not there`,
    )
  const both = feeders.find((each) => each.chargers !== undefined && each.reported === true)
  if (both !== undefined)
    throw invalid(
      `${both.group}: its chargers are summed, so nothing may be reported of it: the difference could be one home`,
    )
  demandHomesHeard(homes, middleware)
  const stray = homes?.find(({ feeder }) => feeders.every(({ group }) => group !== feeder))
  if (stray !== undefined)
    throw invalid(`homes: ${stray.station} is of ${stray.feeder}, which is not in feeders`)
  for (const { group, contracts } of feeders)
    for (const { provider } of contracts)
      if (!names.includes(provider)) throw invalid(`${group}: ${provider} is not in providers`)
}

const invalid = (words: string): Fault => new Fault('ConfigInvalid', words)
