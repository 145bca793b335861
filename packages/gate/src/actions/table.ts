import {
  changeAvailability,
  deleteCertificate,
  installCertificate,
  reset,
  setNetworkProfile,
  setVariables,
  updateFirmware,
} from './configuration.ts'
import { frequencyCurve } from './curve.ts'
import { clearChargingProfile, setChargingProfile } from './profile.ts'
import type { ActionRow } from './row.ts'
import { requestStartTransaction, requestStopTransaction } from './start-stop.ts'

/** Every critical action of the risk table, once. */
const actions: Readonly<Record<string, ActionRow>> = {
  RequestStartTransaction: requestStartTransaction,
  RequestStopTransaction: requestStopTransaction,
  SetChargingProfile: setChargingProfile,
  ClearChargingProfile: clearChargingProfile,
  Reset: reset,
  ChangeAvailability: changeAvailability,
  UpdateFirmware: updateFirmware,
  InstallCertificate: installCertificate,
  DeleteCertificate: deleteCertificate,
  SetNetworkProfile: setNetworkProfile,
  SetVariables: setVariables,
  FrequencyCurve: frequencyCurve,
}

export const actionNames: readonly string[] = Object.keys(actions)
export const actionOf = (name: string): ActionRow | undefined =>
  Object.hasOwn(actions, name) ? actions[name] : undefined
