import { nodeCrypto as crypto } from '@interlock/host'
import { vendorId, type Arm, type FlattenedJws, type SignedCommand } from '@interlock/contract'
import { armOf, encodePreCommand, signPreCommand } from '@interlock/gbcs'
import {
  assert,
  eui64,
  fromIso,
  instant,
  toBase64Url,
  toIso,
  type Eui64,
  type Instant,
  type PrivateKey,
  type Role,
} from '@interlock/kernel'
import { countersign, parseSigned, signCommand, type CommandToSign } from '@interlock/seal'
import type { Cell, GateState, HeldArm } from './state.ts'

/** One home, its parties and their real keys: what every gate test starts from. */
export { crypto }

export const at = (iso: string): Instant => {
  const value = fromIso(iso)
  assert(value !== undefined, iso)
  return value
}
export const now = at('2026-01-05T18:00:00Z')
export const later = (seconds: number, from: Instant = now): Instant =>
  instant(from + seconds * 1000)

export const station = eui64('00-00-00-00-00-00-00-01')
export const otherStation = eui64('00-00-00-00-00-00-00-02')
export const llcs = eui64('00-00-00-00-00-00-00-11')

export type Party = {
  readonly role: Role
  readonly hierarchy: Cell['hierarchy']
  readonly organisation: Eui64
  readonly key: PrivateKey
  readonly thumbprint: string
}
const party = (
  role: Role,
  organisation: string,
  hierarchy: Cell['hierarchy'] = 'charging',
): Party => {
  const { key } = crypto.generateKey()
  const thumbprint = toBase64Url(crypto.sha256(key.publicKey.spki))
  return { role, hierarchy, organisation: eui64(organisation), key, thumbprint }
}
export const parties = {
  csms: party('csms', 'A0-00-00-00-00-00-00-01'),
  formerCsms: party('csms', 'A0-00-00-00-00-00-00-02'),
  dsrsp: party('dsrsp', 'A0-00-00-00-00-00-00-03'),
  /** The same organisation's key of the smart-meter hierarchy. */
  dsrspMeter: party('dsrsp', 'A0-00-00-00-00-00-00-03', 'smartMeter'),
  supervisor: party('supervisor', 'A0-00-00-00-00-00-00-04'),
  /** A supervisor's cell held by the CSMS's own organisation: what must never count as a second. */
  siblingSupervisor: party('supervisor', 'A0-00-00-00-00-00-00-01'),
  maintainer: party('maintainer', 'A0-00-00-00-00-00-00-05'),
  recovery: party('recovery', 'A0-00-00-00-00-00-00-06'),
  supplier: party('supplier', 'A0-00-00-00-00-00-00-0A', 'smartMeter'),
  owner: party('owner', '02-00-00-00-00-00-00-07', 'smartMeter'),
  lostOwner: party('owner', '02-00-00-00-00-00-00-08', 'smartMeter'),
  stranger: party('csms', 'A0-00-00-00-00-00-00-09'),
} as const

export const cell = (of: Party, revoked = false): Cell => ({
  organisation: of.organisation,
  hierarchy: of.hierarchy,
  thumbprint: of.thumbprint,
  publicKey: of.key.publicKey,
  revoked,
})

export const state = (change: Partial<GateState> = {}): GateState => ({
  crypto,
  station: { eui: station, llcs },
  cells: {
    csms: [cell(parties.csms), cell(parties.formerCsms)],
    dsrsp: [cell(parties.dsrsp), cell(parties.dsrspMeter)],
    supervisor: [cell(parties.supervisor), cell(parties.siblingSupervisor)],
    maintainer: [cell(parties.maintainer)],
    recovery: [cell(parties.recovery)],
    supplier: [cell(parties.supplier)],
    owner: [cell(parties.owner), cell(parties.lostOwner, true)],
  },
  bound: { csms: parties.csms.organisation, dsrsp: parties.dsrsp.organisation },
  counters: () => 0n,
  hoursHeld: 0,
  timeTrusted: true,
  revocationsFresh: { charging: true, smartMeter: true },
  limits: { hardwareWatts: 7_400, fuseWatts: 7_400, siteWatts: 7_400 },
  evses: [
    { id: 1, ratingWatts: 7_400, faulted: false, transactionId: 'tx-1' },
    { id: 2, ratingWatts: 7_400, faulted: true },
  ],
  delaySecondsMax: 600,
  overrides: [],
  armUses: () => ({ changes: 0 }),
  ...change,
})

export type PeriodOf = { readonly startPeriod: number; readonly limit: number }
export const profile = (
  change: {
    readonly evse?: number
    readonly from?: Instant
    readonly duration?: number
    readonly periods?: readonly PeriodOf[]
    readonly profile?: object
    readonly schedule?: object
  } = {},
) => ({
  evseId: change.evse ?? 1,
  chargingProfile: {
    id: 7,
    stackLevel: 1,
    chargingProfilePurpose: 'TxDefaultProfile',
    chargingProfileKind: 'Absolute',
    chargingSchedule: [
      {
        id: 1,
        startSchedule: toIso(change.from ?? now),
        duration: change.duration ?? 3_600,
        chargingRateUnit: 'W',
        chargingSchedulePeriod: change.periods ?? [{ startPeriod: 0, limit: 3_000 }],
        ...change.schedule,
      },
    ],
    ...change.profile,
  },
})

export const curveOf = (change: object = {}) => ({
  vendorId,
  messageId: 'FrequencyCurve',
  data: {
    evse: 1,
    direction: 'import',
    points: [
      { hertz: 49.5, percent: 0 },
      { hertz: 49.9, percent: 100 },
    ],
    deadbandHertz: 0.1,
    from: toIso(now),
    until: toIso(later(3_600)),
    durationMillisMax: 600_000,
    ...change,
  },
})

/** A payload that every rule allows, for each critical action, with the EVSE it is for. */
export const payloads: Readonly<Record<string, { payload: unknown; evse: number }>> = {
  RequestStartTransaction: {
    payload: { evseId: 1, remoteStartId: 4, idToken: { idToken: 'owner', type: 'Central' } },
    evse: 1,
  },
  RequestStopTransaction: { payload: { transactionId: 'tx-1' }, evse: 1 },
  SetChargingProfile: { payload: profile(), evse: 1 },
  ClearChargingProfile: { payload: { chargingProfileId: 7 }, evse: 1 },
  Reset: { payload: { type: 'OnIdle' }, evse: 0 },
  ChangeAvailability: {
    payload: { operationalStatus: 'Inoperative', evse: { id: 1 } },
    evse: 1,
  },
  UpdateFirmware: {
    payload: {
      requestId: 1,
      firmware: {
        location: 'https://firmware.example/1',
        retrieveDateTime: toIso(now),
        installDateTime: toIso(later(60)),
        signingCertificate: 'certificate',
        signature: 'signature',
      },
    },
    evse: 0,
  },
  InstallCertificate: {
    payload: { certificateType: 'V2GRootCertificate', certificate: 'pem' },
    evse: 0,
  },
  DeleteCertificate: {
    payload: {
      certificateHashData: {
        hashAlgorithm: 'SHA256',
        issuerNameHash: '00',
        issuerKeyHash: '00',
        serialNumber: '1',
      },
    },
    evse: 0,
  },
  SetNetworkProfile: {
    payload: {
      configurationSlot: 1,
      connectionData: { securityProfile: 3, ocppCsmsUrl: 'wss://csms.example/ocpp' },
    },
    evse: 0,
  },
  SetVariables: {
    payload: {
      setVariableData: [
        {
          attributeValue: '900',
          component: { name: 'SmartChargingCtrlr' },
          variable: { name: 'RandomDelaySecondsMax' },
        },
      ],
    },
    evse: 0,
  },
  FrequencyCurve: { payload: curveOf(), evse: 1 },
}

/** The OCPP action that carries an action of the risk table. */
export const wireAction = (action: string): string =>
  action === 'FrequencyCurve' ? 'DataTransfer' : action

export type Change = Partial<Omit<CommandToSign, 'role' | 'org' | 'thumbprint'>> & {
  readonly by?: Party
}

/** A command as its originator signs it; not yet seconded. */
export function sign(action: string, { by = parties.csms, ...change }: Change = {}): FlattenedJws {
  const example = payloads[action]
  const fields: CommandToSign = {
    action: wireAction(action),
    payload: example?.payload ?? {},
    role: by.role,
    org: by.organisation,
    thumbprint: by.thumbprint,
    target: { station, evse: example?.evse ?? 0 },
    counter: 1n,
    issuedAt: now,
    expiresAt: later(300),
    effect: { from: now, until: later(1_800) },
    ...change,
  }
  return signCommand(fields, by.key, crypto)
}

export const second = (
  jws: FlattenedJws,
  by: Party = parties.supervisor,
  expiresAt = later(300),
  hours: readonly number[] = [0],
) =>
  countersign(
    jws,
    {
      org: by.organisation,
      thumbprint: by.thumbprint,
      reservation: 'reservation-1',
      hours,
      expiresAt,
    },
    by.key,
    crypto,
  )

/** Parsed at the door; the fixture's own messages always parse. */
export function read(jws: FlattenedJws): SignedCommand {
  const parsed = parseSigned(jws)
  assert(parsed.ok, parsed.ok ? '' : `${parsed.reason} ${parsed.detail ?? ''}`)
  return parsed.value
}

export type ArmChange = {
  readonly by?: Party
  readonly use?: Arm['use']
  readonly target?: Eui64
  readonly evse?: number
  readonly direction?: 'import' | 'export'
  readonly level?: number
  readonly from?: Instant
  readonly until?: Instant
}

/** The bytes of a signed pre-command, `DF 09` … end of signature. */
export function armBytes(change: ArmChange = {}): Uint8Array {
  const use = change.use ?? 'onDemand'
  const switching = change.level === 0 ? 'DeactivateLoad' : 'ActivateLoad'
  const [useCase, originator] = (
    {
      onDemand: ['ECS47a', parties.owner],
      response: ['ECS47e', parties.dsrspMeter],
      supplied: [switching, parties.supplier],
    } as const
  )[use]
  const by = change.by ?? originator
  const preCommand = encodePreCommand({
    useCase,
    originator: by.organisation,
    target: change.target ?? llcs,
    counter: 9n,
    controller: change.evse ?? 1,
    direction: change.direction ?? 'import',
    levelPercent: change.level ?? 100,
    from: change.from ?? later(-30),
    until: change.until ?? later(3_600),
  })
  return signPreCommand(preCommand, by.key, crypto)
}

/** A signed pre-command as the LLCS forwards it. */
export function arm(change: ArmChange = {}): HeldArm {
  const bytes = armBytes(change)
  const read = armOf(bytes, crypto)
  assert(read.ok, 'a fixture arm is readable')
  return { arm: read.value, bytes }
}

/** The same arm with another signature over it: not what its originator signed. */
export const forged = (held: HeldArm): HeldArm => {
  const bytes = Uint8Array.from(held.bytes)
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
  const read = armOf(bytes, crypto)
  assert(read.ok, 'a forged arm is readable')
  return { arm: read.value, bytes }
}
