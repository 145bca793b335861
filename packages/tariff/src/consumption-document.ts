import {
  canonicalJson,
  ok,
  parseJson,
  refused,
  toIso,
  utf8,
  type Instant,
  type Outcome,
} from '@interlock/kernel'
import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'
import { penceText } from './money.ts'
import type { TallyState } from './tally.ts'

const strict = { additionalProperties: false }
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })

/** What a meter counted under one tariff. */
const Consumption = Type.Object(
  {
    /** The supplier's counter of that tariff. */
    counter: Type.String({ pattern: '^[0-9]{1,20}$' }),
    /** Up to when it is counted. */
    until: Type.String({ minLength: 20, maxLength: 30 }),
    lines: Type.Array(
      Type.Object(
        {
          version: Count,
          /** Absent for half-hourly prices. */
          register: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
          block: Type.Optional(Type.Integer({ minimum: 1, maximum: 4 })),
          wattHours: Count,
          /** What it costs, to the last digit. */
          exactPence: Type.String({ pattern: '^-?[0-9]{1,18}(\\.[0-9]{1,9})?$' }),
        },
        strict,
      ),
      { maxItems: 200 },
    ),
  },
  strict,
)

/** How many tariffs back a meter keeps what was counted. */
export const consumptionsMax = 14

/** What a meter counted, register by register: under the tariff by which it counted last, and those before. */
export const ConsumptionDocument = Type.Object(
  { consumptions: Type.Array(Consumption, { maxItems: consumptionsMax }) },
  strict,
)
export type ConsumptionDocument = Static<typeof ConsumptionDocument>

type Counted = TallyState & { readonly counter: bigint; readonly until: Instant }

const saidOf = ({ counter, until, lines }: Counted): Static<typeof Consumption> => ({
  counter: counter.toString(),
  until: toIso(until),
  lines: lines.map(({ version, register, block, wattHours, cost }) => ({
    version,
    ...(register === undefined ? {} : { register }),
    ...(block === undefined ? {} : { block }),
    wattHours,
    exactPence: penceText(cost),
  })),
})

/**
 * As bytes, of which there are at most so many: the oldest are left out where they do not fit.
 * @param counted newest first
 */
export function consumptionBytes(counted: readonly Counted[], bytesMax: number): Uint8Array {
  const consumptions = counted.slice(0, consumptionsMax).map(saidOf)
  for (;;) {
    const bytes = utf8(canonicalJson({ consumptions }))
    if (bytes.length <= bytesMax || consumptions.length === 0) return bytes
    consumptions.pop()
  }
}

const depthMax = 6
/** Reads what {@link consumptionBytes} makes. */
export function readConsumption(
  bytes: Uint8Array,
): Outcome<ConsumptionDocument, 'ConsumptionUnreadable'> {
  const json = parseJson(new TextDecoder().decode(bytes), depthMax)
  if (!json.ok) return refused('ConsumptionUnreadable', json.reason)
  return Value.Check(ConsumptionDocument, json.value)
    ? ok(json.value)
    : refused('ConsumptionUnreadable', 'of another shape')
}
