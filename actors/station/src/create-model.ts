import { limits } from '@interlock/contract'
import type { StationConfig } from './config.ts'
import { createDeviceModel, type DeviceModel, type Guard } from './device-model/model.ts'
import { membersOf } from './device-model/value.ts'
import type { Keeper } from './keeper.ts'
import { liveValues } from './live-values.ts'
import { passwordVariable } from './network/password.ts'
import type { Station } from './station.ts'

/** The device model of this station: its table, its memory, its config and its guards. */
export function createModel(options: {
  readonly config: StationConfig
  readonly keeper: Keeper
  readonly evse: number
  readonly station: () => Station
}): DeviceModel {
  const { config, keeper, evse, station } = options
  return createDeviceModel({
    evse,
    live: liveValues(station),
    configured: configuredValues(config),
    stored: () => keeper.memory.variables,
    save: (values) =>
      keeper.commit({
        set: {
          variables: { ...keeper.memory.variables, ...values },
          ...(passwordVariable in values ? formerPassword(station()) : {}),
        },
      }),
    guards: {
      'SmartChargingCtrlr.RandomDelaySecondsMax': lawfulDelay(config),
      'OCPPCommCtrlr.NetworkConfigurationPriority': (value) =>
        station().network.refusal(membersOf(value)),
    },
  })
}

/** Of several passwords in a row the first is the one that the CSMS has accepted. */
function formerPassword({ keeper, model }: Station): { formerPassword?: string } {
  const former = keeper.memory.formerPassword ?? model.held(passwordVariable)
  return former === undefined ? {} : { formerPassword: former }
}

const configuredValues = (config: StationConfig): Readonly<Record<string, string>> => ({
  'SmartChargingCtrlr.RandomDelaySecondsMax': `${config.delaySecondsMax}`,
  'SampledDataCtrlr.TxUpdatedInterval': `${config.meterIntervalSeconds}`,
  ...(config.network?.password === undefined
    ? {}
    : { 'SecurityCtrlr.BasicAuthPassword': config.network.password }),
  ...config.variables,
})

/** The random delay of a supervised station may be lengthened, never cut below its default. */
const lawfulDelay =
  ({ trustMode }: StationConfig): Guard =>
  (value) =>
    trustMode === 'supervised' && Number(value) < limits.randomDelaySecondsDefault
      ? 'DelayTooShort'
      : undefined
