import { limits, vendorId } from '@interlock/contract'
import { fromIso, parseJson } from '@interlock/kernel'
import type { Handler } from '@interlock/ocpp'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Context } from '../context.ts'
import type { StateReport, StationView } from '../core/view.ts'
import { takeAgreement } from '../drivers/agreements.ts'
import { bringFreshNumber, bringTokenKey } from '../drivers/for-readers.ts'
import type { Sender } from './handlers.ts'
import { relayCheckpoint, relayHours } from './relays.ts'
import { takeSuppliedArm } from './supplied-arm.ts'

const nullable = <Schema extends Parameters<typeof Type.Optional>[0]>(schema: Schema) =>
  Type.Union([schema, Type.Null()])
const Report = Compile(
  Type.Object({
    state: Type.String({ maxLength: 64 }),
    why: Type.Optional(nullable(Type.String({ maxLength: 64 }))),
    until: Type.Optional(nullable(Type.Union([Type.String({ maxLength: 40 }), Type.Number()]))),
    setPointWatts: Type.Optional(nullable(Type.Number())),
    powerWatts: Type.Optional(nullable(Type.Number())),
    override: Type.Optional(Type.Unknown()),
    waitingFor: Type.Optional(nullable(Type.String({ maxLength: 64 }))),
    summed: Type.Optional(nullable(Type.Boolean())),
    refused: Type.Optional(
      nullable(
        Type.Object({
          at: Type.String({ maxLength: 40 }),
          action: Type.String({ maxLength: 64 }),
          reason: Type.String({ maxLength: 64 }),
        }),
      ),
    ),
  }),
)

/** P01/P02: the state of the charger in its own words, for the console. */
export const dataTransfer =
  (context: Context, sender: Sender): Handler<'DataTransfer'> =>
  async (request) => {
    if (request.vendorId !== vendorId) return { status: 'UnknownVendorId' }
    if (request.messageId === 'Checkpoint') return relayCheckpoint(request.data, context)
    if (request.messageId === 'ChargingHours')
      return relayHours(request.data, sender.stationId, context)
    if (request.messageId === 'Arm') return takeSuppliedArm(context, sender.stationId, request.data)
    if (request.messageId === 'TokenKey') return bringTokenKey(context, request.data)
    if (request.messageId === 'FreshNumber') return bringFreshNumber(context, sender.stationId)
    if (request.messageId === 'Agreement')
      return takeAgreement(context, sender.stationId, request.data)
    if (request.messageId !== 'State') return { status: 'UnknownMessageId' }
    const report = reportOf(request.data)
    if (report === undefined) return { status: 'Rejected' }
    const view = context.views.get(sender.stationId)
    if (view !== undefined) {
      takeRefusal(view, report)
      view.report = report
      view.powerWatts = report.powerWatts ?? view.powerWatts
    }
    context.tell({
      kind: 'state',
      station: sender.stationId,
      data: {
        state: report.state,
        why: report.why,
        until: report.until,
        setPointWatts: report.setPointWatts,
        powerWatts: report.powerWatts,
        waitingFor: report.waitingFor,
      },
    })
    return { status: 'Accepted' }
  }

/**
 * The answer to a trigger that waited in vain is lost with its connection; the station's report is not. Each
 * is taken once, and none is older than what is known.
 */
function takeRefusal(view: StationView, { refused }: StateReport): void {
  if (refused === null || refused.at === view.report?.refused?.at) return
  if (view.refused === undefined || view.refused.at < refused.at) view.refused = refused
}

function reportOf(data: unknown): StateReport | undefined {
  const parsed = typeof data === 'string' ? parseJson(data, limits.jsonDepthMax) : undefined
  const value = parsed === undefined ? data : parsed.ok ? parsed.value : undefined
  if (!Report.Check(value)) return undefined
  const { state, why, until, setPointWatts, powerWatts, override, waitingFor } = value
  return {
    state,
    why: why ?? null,
    until: typeof until === 'number' ? new Date(until).toISOString() : (until ?? null),
    setPointWatts: setPointWatts ?? null,
    powerWatts: powerWatts ?? null,
    override: override ?? null,
    waitingFor: waitingFor ?? null,
    refused: refusedOf(value.refused),
    isSummed: value.summed ?? null,
  }
}

function refusedOf(refused: { at: string; action: string; reason: string } | null | undefined) {
  const at = fromIso(refused?.at ?? '')
  return refused == null || at === undefined ? null : { ...refused, at }
}
