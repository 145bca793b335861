import { ok, refused, toIso, type Instant } from '@interlock/kernel'
import { Type, type Static } from 'typebox'
import { oscpLimits } from '../limits.ts'
import { each, Name, Phase, Quantity, Time, timeOf, type Body } from './fields.ts'

const energyUnits = ['WH', 'KWH'] as const
const powerUnits = ['A', 'W', 'KW', 'WH', 'KWH'] as const
const directions = ['NET', 'IMPORT', 'EXPORT'] as const
const energyTypes = ['FLEXIBLE', 'NONFLEXIBLE', 'TOTAL'] as const
const assetCategories = ['CHARGING', 'CONSUMPTION', 'GENERATION', 'STORAGE'] as const

const EnergyOnWire = Type.Object({
  value: Quantity,
  phase: Phase,
  unit: Type.Enum([...energyUnits]),
  direction: Type.Enum([...directions]),
  energy_type: Type.Optional(Type.Enum([...energyTypes])),
  measure_time: Time,
  initial_measure_time: Type.Optional(Time),
})
type EnergyOnWire = Static<typeof EnergyOnWire>

const InstantaneousOnWire = Type.Object({
  value: Quantity,
  phase: Phase,
  unit: Type.Enum([...powerUnits]),
  measure_time: Time,
})
type InstantaneousOnWire = Static<typeof InstantaneousOnWire>

const list = <Item extends Parameters<typeof Type.Array>[0]>(item: Item) =>
  Type.Array(item, { minItems: 1, maxItems: oscpLimits.measurementsMax })

/** Body of `update_group_measurements`. */
export const GroupMeasurementsOnWire = Type.Object({
  group_id: Name,
  measurements: list(EnergyOnWire),
})
/** Body of `update_asset_measurements`. */
export const AssetMeasurementsOnWire = Type.Object({
  group_id: Name,
  measurements: list(
    Type.Object({
      asset_id: Name,
      asset_category: Type.Enum([...assetCategories]),
      energy_measurement: Type.Optional(EnergyOnWire),
      instantaneous_measurement: Type.Optional(InstantaneousOnWire),
    }),
  ),
})
type GroupOnWire = Static<typeof GroupMeasurementsOnWire>
type AssetsOnWire = Static<typeof AssetMeasurementsOnWire>

/** A counter's reading at `at`, or since `since` where the counter began anew then. */
export type EnergyMeasurement = {
  readonly value: number
  readonly phase: Phase
  readonly unit: (typeof energyUnits)[number]
  readonly direction: (typeof directions)[number]
  readonly energyType?: (typeof energyTypes)[number]
  readonly at: Instant
  readonly since?: Instant
}
export type InstantaneousMeasurement = {
  readonly value: number
  readonly phase: Phase
  readonly unit: (typeof powerUnits)[number]
  readonly at: Instant
}
export type GroupMeasurements = {
  readonly group: string
  readonly measurements: readonly EnergyMeasurement[]
}
export type AssetMeasurement = {
  readonly asset: string
  readonly category: (typeof assetCategories)[number]
  readonly energy?: EnergyMeasurement
  readonly instantaneous?: InstantaneousMeasurement
}
export type AssetMeasurements = {
  readonly group: string
  readonly measurements: readonly AssetMeasurement[]
}

export function readGroupMeasurements(wire: GroupOnWire): Body<GroupMeasurements> {
  const read = each(wire.measurements, energyOf)
  return read.ok ? ok({ group: wire.group_id, measurements: read.value }) : read
}

export function readAssetMeasurements(wire: AssetsOnWire): Body<AssetMeasurements> {
  const read = each(wire.measurements, assetOf)
  return read.ok ? ok({ group: wire.group_id, measurements: read.value }) : read
}

function energyOf(wire: EnergyOnWire): Body<EnergyMeasurement> {
  const at = timeOf(wire.measure_time, 'measure_time')
  if (!at.ok) return at
  const { value, phase, unit, direction, energy_type: energyType } = wire
  const head = { value, phase, unit, direction, at: at.value, ...(energyType && { energyType }) }
  if (wire.initial_measure_time === undefined) return ok(head)
  const since = timeOf(wire.initial_measure_time, 'initial_measure_time')
  if (!since.ok) return since
  if (since.value > at.value) return refused('TimesInvalid', 'measured before it began')
  return ok({ ...head, since: since.value })
}

function instantaneousOf(wire: InstantaneousOnWire): Body<InstantaneousMeasurement> {
  const at = timeOf(wire.measure_time, 'measure_time')
  const { value, phase, unit } = wire
  return at.ok ? ok({ value, phase, unit, at: at.value }) : at
}

function assetOf(wire: AssetsOnWire['measurements'][number]): Body<AssetMeasurement> {
  const energy = wire.energy_measurement && energyOf(wire.energy_measurement)
  if (energy?.ok === false) return energy
  const now = wire.instantaneous_measurement && instantaneousOf(wire.instantaneous_measurement)
  if (now?.ok === false) return now
  return ok({
    asset: wire.asset_id,
    category: wire.asset_category,
    ...(energy && { energy: energy.value }),
    ...(now && { instantaneous: now.value }),
  })
}

export const writeGroupMeasurements = (body: GroupMeasurements): GroupOnWire => ({
  group_id: body.group,
  measurements: body.measurements.map(writeEnergy),
})

export const writeAssetMeasurements = (body: AssetMeasurements): AssetsOnWire => ({
  group_id: body.group,
  measurements: body.measurements.map(({ asset, category, energy, instantaneous }) => ({
    asset_id: asset,
    asset_category: category,
    ...(energy && { energy_measurement: writeEnergy(energy) }),
    ...(instantaneous && { instantaneous_measurement: writeInstantaneous(instantaneous) }),
  })),
})

const writeEnergy = (energy: EnergyMeasurement): EnergyOnWire => ({
  value: energy.value,
  phase: energy.phase,
  unit: energy.unit,
  direction: energy.direction,
  ...(energy.energyType && { energy_type: energy.energyType }),
  measure_time: toIso(energy.at),
  ...(energy.since !== undefined && { initial_measure_time: toIso(energy.since) }),
})

const writeInstantaneous = ({ value, phase, unit, at }: InstantaneousMeasurement) => ({
  value,
  phase,
  unit,
  measure_time: toIso(at),
})
