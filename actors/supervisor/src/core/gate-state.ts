import type { SignedCommand } from '@interlock/contract'
import type { Cell, GateState } from '@interlock/gate'
import type { Supervisor } from '../supervisor.ts'
import { ratingOf, type Device } from './device.ts'

/** The gate's state as this supervisor knows it: its registers instead of the station's cells. */
export function gateStateOf(
  command: SignedCommand,
  device: Device,
  counter: bigint,
  { deps, providers, revocations }: Pick<Supervisor, 'deps' | 'providers' | 'revocations'>,
): GateState {
  const provider = providers.find(command.organisation, command.role)?.peer
  const cell: Cell[] =
    provider === undefined
      ? []
      : [
          {
            organisation: provider.organisation,
            hierarchy: 'charging',
            thumbprint: provider.thumbprint,
            publicKey: provider.publicKey,
            revoked: revocations.isRevoked(provider.serialHex),
          },
        ]
  const hardwareWatts = ratingOf(device, 0)
  const transaction = transactionIn(command.payload)
  return {
    crypto: deps.crypto,
    station: { eui: device.eui },
    cells: { [command.role]: cell },
    bound: { csms: device.csms, ...(device.dsrsp === undefined ? {} : { dsrsp: device.dsrsp }) },
    counters: () => counter,
    // Which hours it holds is the station's to compare.
    hoursHeld: 0,
    timeTrusted: true,
    // Nothing that is armed is countersigned, so the other list is not asked for here.
    revocationsFresh: { charging: revocations.isFresh(), smartMeter: false },
    limits: { hardwareWatts, fuseWatts: hardwareWatts, siteWatts: hardwareWatts },
    // Which transaction runs is the station's to check; here the one that is named may.
    evses: device.evses.map((id) => ({
      id,
      ratingWatts: device.ratingWatts,
      faulted: false,
      ...(transaction === undefined ? {} : { transactionId: transaction }),
    })),
    delaySecondsMax: device.delaySecondsMax,
    overrides: [],
    armUses: () => ({ changes: 0 }),
  }
}

function transactionIn(payload: unknown): string | undefined {
  const { chargingProfile } = (payload ?? {}) as { chargingProfile?: { transactionId?: unknown } }
  const named = chargingProfile?.transactionId
  return typeof named === 'string' ? named : undefined
}
