import { ListenConfig } from '@interlock/host'
import { Fault } from '@interlock/kernel'
import { oscpLimits } from '@interlock/oscp'
import { Type, type Static } from 'typebox'

const strict = { additionalProperties: false }
const Name = Type.String({ minLength: 1, maxLength: oscpLimits.nameCharsMax })
const Token = Type.String({
  minLength: oscpLimits.tokenCharsMin,
  maxLength: oscpLimits.tokenCharsMax,
  pattern: '^[\\x21-\\x7e]+$',
})

/** Which phases of the feeder a station is on. */
const Phase = Type.Union([
  Type.Literal('ALL'),
  Type.Literal('ONE'),
  Type.Literal('TWO'),
  Type.Literal('THREE'),
])

/** A distribution operator with whom this CSMS has a contract for feeders. */
const OperatorConfig = Type.Object(
  {
    name: Name,
    /** Its certificate (PEM), pinned: who calls with it, and signs with its key. */
    certificate: Type.String({ minLength: 1, maxLength: 4096 }),
    /** Where it takes registrations: `https://host:port/oscp/cp/2.0`. */
    url: Type.String({
      pattern: '^https://[^/]+/[\\x21-\\x7e]+$',
      maxLength: oscpLimits.urlCharsMax,
    }),
    /** What it is shown in each request, and what it must show: agreed beforehand. */
    tokenShown: Token,
    tokenExpected: Token,
    groups: Type.Array(
      Type.Object(
        {
          /** `group_id` of its messages. */
          group: Name,
          /** The feeder of the stations that are in it. */
          feeder: Type.String({ minLength: 1, maxLength: 32 }),
          /** What they may draw together where the operator has said nothing. */
          contractedWatts: Type.Integer({ minimum: 0, maximum: 10_000_000 }),
          /**
           * The operator is told the load of its chargers together, and what they used. Unless it is said: nothing. Of a feeder
           * whose chargers are summed nothing is told in any case.
           */
          reported: Type.Optional(Type.Boolean()),
          /** How its stations are connected. All that others draw is counted on every phase. */
          connections: Type.Optional(
            Type.Array(
              Type.Object({ stationId: Name, phase: Phase, fuse: Type.Optional(Name) }, strict),
              { maxItems: 20_000 },
            ),
          ),
          /** What main fuses of premises leave for vehicles, on each phase. */
          fuses: Type.Optional(
            Type.Array(
              Type.Object(
                { name: Name, amperes: Type.Integer({ minimum: 0, maximum: 4_000 }) },
                strict,
              ),
              { maxItems: 20_000 },
            ),
          ),
        },
        strict,
      ),
      { minItems: 1, maxItems: 256 },
    ),
  },
  strict,
)
export type OperatorConfig = Static<typeof OperatorConfig>
export type GroupConfig = OperatorConfig['groups'][number]

/** Capacity by OSCP 2.0; without it feeders are not looked at. */
export const OscpConfig = Type.Object(
  {
    /** For operators alone, beside REST. */
    listen: ListenConfig,
    /** `https://host:port` by which they reach it. */
    origin: Type.String({ pattern: '^https://[^/]+$', maxLength: 256 }),
    /** How often each operator must send a heartbeat. */
    heartbeatSeconds: Type.Integer({
      minimum: oscpLimits.heartbeatSecondsMin,
      maximum: oscpLimits.heartbeatSecondsMax,
      default: 300,
    }),
    operators: Type.Array(OperatorConfig, { maxItems: 64 }),
  },
  strict,
)
export type OscpConfig = Static<typeof OscpConfig>

/** @throws Fault `ConfigInvalid` where it would not be clear who says what a feeder, a phase or a fuse bears. */
export function demandClear({ operators }: OscpConfig): void {
  const groups = operators.flatMap((each) => each.groups)
  const lists = [
    operators.map(({ name }) => name),
    groups.map(({ group }) => group),
    groups.map(({ feeder }) => feeder),
    groups.flatMap(({ connections = [] }) => connections.map(({ stationId }) => stationId)),
    ...groups.map(({ fuses = [] }) => fuses.map(({ name }) => name)),
  ]
  for (const list of lists) {
    const twice = list.find((name, at) => list.indexOf(name) !== at)
    if (twice !== undefined) throw new Fault('ConfigInvalid', `oscp: ${twice} is there twice`)
  }
  for (const { connections = [], fuses = [] } of groups)
    for (const { stationId, fuse } of connections)
      if (fuse !== undefined && !fuses.some(({ name }) => name === fuse))
        throw new Fault('ConfigInvalid', `oscp: ${stationId} is behind ${fuse}, which is not there`)
}
