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

/** @throws Fault `ConfigInvalid` where it would not be clear who says what a feeder bears. */
export function demandClear({ operators }: OscpConfig): void {
  const groups = operators.flatMap((each) => each.groups)
  const lists = [
    operators.map(({ name }) => name),
    groups.map(({ group }) => group),
    groups.map(({ feeder }) => feeder),
  ]
  for (const list of lists) {
    const twice = list.find((name, at) => list.indexOf(name) !== at)
    if (twice !== undefined) throw new Fault('ConfigInvalid', `oscp: ${twice} is there twice`)
  }
}
