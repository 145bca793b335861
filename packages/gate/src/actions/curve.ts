import { limits, vendorId, type CurvePoint } from '@interlock/contract'
import { fromIso } from '@interlock/kernel'
import { Type } from 'typebox'
import { actionRow, forbidden } from './row.ts'
import { exactly, evseId, text, whole } from './schema.ts'

/** DataTransfer until OCPP 2.1's LocalFrequency; instants as RFC 3339 in UTC. */
const FrequencyCurveTransfer = exactly({
  vendorId: Type.Literal(vendorId),
  messageId: Type.Literal('FrequencyCurve'),
  data: exactly({
    evse: evseId,
    direction: Type.Union([Type.Literal('import'), Type.Literal('export')]),
    points: Type.Array(
      exactly({
        hertz: Type.Number({ minimum: 45, maximum: 55 }),
        percent: Type.Number({ minimum: 0, maximum: 100 }),
      }),
      { minItems: 2, maxItems: limits.curvePointsMax },
    ),
    deadbandHertz: Type.Number({ minimum: 0, maximum: 1 }),
    from: text(40),
    until: text(40),
    durationMillisMax: whole(1, limits.responseMillisMax),
  }),
})

/** Storing a curve moves nothing; acting on it takes an arm and the station's own reading. */
export const frequencyCurve = actionRow({
  schema: FrequencyCurveTransfer,
  movesLoad: false,
  override: 'ignore',
  setting: ({ data }) => {
    const from = fromIso(data.from)
    const until = fromIso(data.until)
    if (from === undefined || until === undefined || until <= from)
      return forbidden('from and until')
    if (until - from > limits.scheduleMillisMax) return forbidden('in force for more than a day')
    if (!stabilises(data.direction, data.points)) return forbidden('points')
    const { evse, direction, points, deadbandHertz, durationMillisMax } = data
    const curve = { evse, direction, points, deadbandHertz, from, until, durationMillisMax }
    return { kind: 'curve', evse, curve }
  },
})

/** Import never rises as the frequency falls; export never rises as it climbs. */
function stabilises(direction: 'import' | 'export', points: readonly CurvePoint[]): boolean {
  const sign = direction === 'import' ? 1 : -1
  return points.slice(1).every((point, i) => {
    const before = points[i]
    return (
      before !== undefined &&
      point.hertz > before.hertz &&
      sign * point.percent >= sign * before.percent
    )
  })
}
