import type { Role } from '@interlock/kernel'
import type { Arm } from './arms.ts'

/**
 * Who may originate which critical action at a station: the only source of permission, enforced by
 * the device and again by the supervisor. An action or a role that is absent may not.
 */
export const permissions: Readonly<Record<string, readonly Role[]>> = {
  RequestStartTransaction: ['csms'],
  RequestStopTransaction: ['csms'],
  SetChargingProfile: ['csms', 'dsrsp'],
  ClearChargingProfile: ['csms', 'dsrsp'],
  Reset: ['csms', 'maintainer'],
  ChangeAvailability: ['csms', 'maintainer'],
  UpdateFirmware: ['csms', 'maintainer'],
  InstallCertificate: ['csms', 'recovery'],
  DeleteCertificate: ['csms', 'recovery'],
  SetNetworkProfile: ['csms', 'recovery'],
  SetVariables: ['csms', 'maintainer'],
  FrequencyCurve: ['dsrsp'],
}

export const mayOriginate = (role: Role, action: string): boolean =>
  (permissions[action] ?? []).includes(role)

/** What is critical at a standard station alone (`standardRisks`), and who may originate it there. */
export const standardPermissions: Readonly<Record<string, readonly Role[]>> = {
  DataTransfer: ['csms'],
  UnlockConnector: ['csms'],
}

/** Only a CSMS speaks to a standard station. */
export const mayOriginateStandard = (role: Role, action: string): boolean =>
  role === 'csms' &&
  (mayOriginate(role, action) || (standardPermissions[action] ?? []).includes(role))

/** Who may originate an arm, by its use. */
export const armOriginators = {
  onDemand: 'owner',
  response: 'dsrsp',
  supplied: 'supplier',
} as const satisfies Record<Arm['use'], Role>
/**
 * Whose list of revoked certificates an arm of that use depends on. An owner's key has no certificate,
 * so no list names it.
 */
export const armRevocationLists = {
  onDemand: undefined,
  response: 'smartMeter',
  supplied: 'smartMeter',
} as const satisfies Record<Arm['use'], 'smartMeter' | undefined>
/**
 * Who may trigger under an arm of that use. A consumer's arm is triggered by the bound CSMS, and so is a
 * supplier's, which has no other way to the charger.
 */
export const armTriggers = {
  onDemand: 'csms',
  response: 'dsrsp',
  supplied: 'csms',
} as const satisfies Record<Arm['use'], Role>
