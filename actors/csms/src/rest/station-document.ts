import type { Arm } from '@interlock/contract'
import { toIso } from '@interlock/kernel'
import type { Static } from 'typebox'
import { transactionWattHours, trustShown, type StationView } from '../core/view.ts'
import type { StationAnswer } from './answers.ts'

/** A station as `GET /api/v1/stations` shows it. Instants are ISO 8601, power in watts. */
export function stationDocument(view: StationView) {
  const { record, report, goal, schedule, plan, refused, boot, supplied } = view
  return {
    stationId: record.stationId,
    eui: record.eui,
    llcs: record.llcs ?? null,
    meter: record.meter ?? null,
    feeder: record.feeder,
    evse: record.evse,
    ratingWatts: record.ratingWatts,
    enrolled: record.enrolled,
    connected: view.connected,
    trustMode: trustShown(view),
    identifiedBy: view.identifiedBy,
    securityProfile: view.securityProfile ?? null,
    bootPolicy: record.bootPolicy,
    boot: boot === undefined ? null : { ...boot.said, at: toIso(boot.at), status: boot.status },
    evses: [...record.evses],
    status: view.status,
    state: report?.state ?? null,
    why: report?.why ?? null,
    until: report?.until ?? null,
    waitingFor: report?.waitingFor ?? null,
    override: report?.override ?? null,
    setPointWatts: report?.setPointWatts ?? null,
    powerWatts: view.powerWatts ?? null,
    hertz: view.hertz ?? null,
    meterWattHours: view.meterWattHours ?? null,
    energyWattHours: transactionWattHours(view) ?? null,
    cost: view.cost ?? null,
    transactionId: view.transaction?.id ?? null,
    goal: goal === undefined ? null : { ...goal, departure: toIso(goal.departure) },
    plan: plan ?? null,
    schedule:
      schedule === undefined
        ? null
        : {
            from: toIso(schedule.from),
            until: toIso(schedule.until),
            periods: schedule.periods.map((period) => ({
              from: toIso(period.from),
              limitWatts: period.limitWatts,
            })),
          },
    refused: refused === undefined ? null : { ...refused, at: toIso(refused.at) },
    supplied: supplied === undefined ? null : suppliedDocument(supplied),
  } satisfies Static<typeof StationAnswer>
}
const suppliedDocument = ({ digest, originator, levelPercent, until }: Arm) => ({
  arm: digest,
  originator,
  load: levelPercent === 0 ? ('off' as const) : ('on' as const),
  until: toIso(until),
})
export type StationDocument = ReturnType<typeof stationDocument>
