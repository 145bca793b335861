import { nodeCrypto as crypto, systemClock } from '@interlock/host'
import type { GateState } from '@interlock/gate'
import {
  assert,
  inMinutes,
  plus,
  toBase64Url,
  toIso,
  type Eui64,
  type PrivateKey,
  type Role,
} from '@interlock/kernel'
import { countersign, effectWindow, parseSigned, signCommand } from '@interlock/seal'
import { homeOf, organisations, ratingWatts } from '../street/address-book.ts'

/** One charger with its cells, and a countersigned charging profile that its gate accepts. */
export function sealedCommand() {
  const { station } = homeOf(1)
  const now = systemClock.now()
  const csms = party('csms', organisations.csms)
  const supervisor = party('supervisor', organisations.supervisor)
  const toSign = {
    action: 'SetChargingProfile',
    payload: profileFrom(toIso(now)),
    role: csms.role,
    org: csms.organisation,
    thumbprint: csms.thumbprint,
    target: { station, evse: 1 },
    counter: 1n,
    issuedAt: now,
    expiresAt: plus(now, inMinutes(30)),
    effect: effectWindow(now),
  }
  const second = {
    org: supervisor.organisation,
    thumbprint: supervisor.thumbprint,
    reservation: 'reservation-1',
    hours: [0],
    expiresAt: plus(now, inMinutes(30)),
  }
  const sign = () => signCommand(toSign, csms.key, crypto)
  const signed = sign()
  const seconded = countersign(signed, second, supervisor.key, crypto)
  const command = parseSigned(seconded, 'SetChargingProfile')
  assert(command.ok, 'the command of the bench parses')
  assert(command.value.countersignature !== undefined, 'and is countersigned')
  const state: GateState = {
    crypto,
    station: { eui: station },
    cells: { csms: [csms.cell], supervisor: [supervisor.cell] },
    bound: { csms: csms.organisation },
    counters: () => 0n,
    hoursHeld: 0,
    timeTrusted: true,
    revocationsFresh: { charging: true, smartMeter: true },
    limits: { hardwareWatts: ratingWatts, fuseWatts: ratingWatts, siteWatts: ratingWatts },
    evses: [{ id: 1, ratingWatts, faulted: false }],
    delaySecondsMax: 600,
    overrides: [],
    armUses: () => ({ changes: 0 }),
  }
  return {
    now,
    csms,
    supervisor,
    state,
    sign,
    countersign: () => countersign(signed, second, supervisor.key, crypto),
    seconded,
    command: command.value,
    countersignature: command.value.countersignature,
  }
}

function party(role: Role, organisation: Eui64) {
  const { key, pem } = crypto.generateKey()
  const thumbprint = toBase64Url(crypto.sha256(key.publicKey.spki))
  const { publicKey } = key
  const hierarchy = 'charging' as const
  const cell = { organisation, hierarchy, thumbprint, publicKey, revoked: false }
  return { role, organisation, key, pem, thumbprint, cell } satisfies {
    key: PrivateKey
  } & Record<string, unknown>
}

/** A night in half-hours, the size of profile that the planner sends. */
const profileFrom = (startSchedule: string) => ({
  evseId: 1,
  chargingProfile: {
    id: 1,
    stackLevel: 1,
    chargingProfilePurpose: 'TxDefaultProfile',
    chargingProfileKind: 'Absolute',
    chargingSchedule: [
      {
        id: 1,
        startSchedule,
        duration: 8 * 3_600,
        chargingRateUnit: 'W',
        chargingSchedulePeriod: Array.from({ length: 16 }, (_, index) => ({
          startPeriod: index * 1_800,
          limit: index % 2 === 0 ? ratingWatts : 0,
        })),
      },
    ],
  },
})
