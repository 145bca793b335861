import type { Role } from '@interlock/kernel'
import { limits } from './limits.ts'

/** Purposes of a charging profile that a role may install. External constraints are nobody's (K01.FR.22). */
export const profilePurposes: Readonly<Partial<Record<Role, readonly string[]>>> = {
  csms: ['TxDefaultProfile', 'TxProfile', 'ChargingStationMaxProfile'],
  dsrsp: ['TxDefaultProfile', 'TxProfile'],
}

/** One row per variable that may be set from afar; what is absent may not. Values are whole numbers. */
export type SettableVariable = {
  readonly component: string
  readonly variable: string
  readonly min: number
  readonly max: number
}

/** The longest random delay; it may be lengthened to its legal limit, never cut below its default. */
export const randomDelayVariable: SettableVariable = {
  component: 'SmartChargingCtrlr',
  variable: 'RandomDelaySecondsMax',
  min: limits.randomDelaySecondsDefault,
  max: limits.randomDelaySecondsMax,
}

/**
 * What may flow at a charging station where no schedule reaches, in watts: its share of what its feeder
 * bears when everybody else is silent. It has no end, so that nobody need be there to renew it.
 */
export const fallbackLimitVariable: SettableVariable = {
  component: 'SmartChargingCtrlr',
  variable: 'FallbackLimit',
  min: 0,
  max: 350_000,
}

export const settableVariables: readonly SettableVariable[] = [
  randomDelayVariable,
  fallbackLimitVariable,
  { component: 'OCPPCommCtrlr', variable: 'HeartbeatInterval', min: 10, max: 86_400 },
  { component: 'AlignedDataCtrlr', variable: 'Interval', min: 0, max: 3_600 },
  { component: 'SampledDataCtrlr', variable: 'TxUpdatedInterval', min: 1, max: 3_600 },
]

/** Kinds of root certificate a role may install. The anchor of the CSMS itself is for recovery only. */
export const installableCertificates: Readonly<Partial<Record<Role, readonly string[]>>> = {
  csms: ['V2GRootCertificate', 'MORootCertificate'],
  recovery: ['CSMSRootCertificate', 'ManufacturerRootCertificate'],
}

/** A network profile below this would be a downgrade: TLS with client certificates. */
export const securityProfileMin = 3
