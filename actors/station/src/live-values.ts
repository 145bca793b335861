import { toIso } from '@interlock/kernel'
import type { LiveValues } from './device-model/model.ts'
import { connectorStatus } from './observe.ts'
import type { Station } from './station.ts'

/** The variables whose value is a reading, not a setting. */
export const liveValues = (station: () => Station): LiveValues => {
  const state = (): string => connectorStatus(station())
  const phases = (): string => `${station().config.evses[0]?.phases ?? 1}`
  const faulted = (): string => `${station().keeper.memory.charger.fault !== undefined}`
  return {
    'ChargingStation.AvailabilityState': state,
    'ChargingStation.SupplyPhases': phases,
    'ChargingStation.Problem': faulted,
    'ChargingStation.SerialNumber': () => station().eui.replaceAll('-', ''),
    'ChargingStation.FirmwareVersion': () =>
      station().keeper.memory.firmwareVersion ?? firmwareVersion,
    'EVSE.AvailabilityState': state,
    'EVSE.SupplyPhases': phases,
    'EVSE.Problem': faulted,
    'EVSE.Power': () => `${station().keeper.memory.charger.meter.powerWatts}`,
    'Connector.AvailabilityState': state,
    'Connector.SupplyPhases': phases,
    'SecurityCtrlr.CertificateEntries': () => `${station().trustStore.entries}`,
    'SecurityCtrlr.Identity': () => station().stationId,
    'SecurityCtrlr.SecurityProfile': () => `${station().network.securityProfile()}`,
    'OCPPCommCtrlr.ActiveNetworkProfile': () => station().network.slot(),
    'OCPPCommCtrlr.MessageTimeout(Default)': () => `${station().network.messageTimeoutSeconds()}`,
    'ClockCtrlr.DateTime': () => toIso(station().deps.clock.now()),
    'AuthCacheCtrlr.Storage': () => `${JSON.stringify(station().keeper.memory.authCache).length}`,
    'LocalAuthListCtrlr.Entries': () => `${station().keeper.memory.localList.entries.length}`,
    'SmartChargingCtrlr.Entries(ChargingProfiles)': () =>
      `${station().keeper.memory.profiles.length}`,
  }
}

/** Of the program that the simulated controller came with. */
export const firmwareVersion = '1.0.0'
