import type { DeviceStatus, DeviceType } from '@interlock/duis'
import type { Role } from '@interlock/kernel'

/** What can be in the inventory: what is commanded, and the hub of its home. */
export type InventoryKind = 'meter' | 'llcs' | 'hub'

/** How pre-notification names them. The standard has no type for an LLCS; of its own it is nearest to a HCALCS. */
export const typeOf = { meter: 'ESME', llcs: 'HCALCS', hub: 'CHF' } as const satisfies Record<
  InventoryKind,
  DeviceType
>

/** Whose device it is: these users install it and take it away. */
const responsible: Readonly<Record<InventoryKind, readonly Role[]>> = {
  meter: ['supplier'],
  llcs: ['supplier', 'dsrsp'],
  hub: ['supplier'],
}

/** `undefined`: nobody has notified the data company of it. */
type From = DeviceStatus | undefined
type MoveRow = {
  readonly from: readonly From[]
  readonly to: DeviceStatus
  /** The supervisor's, who sees what firmware is trusted and who misbehaves; else the responsible user's. */
  readonly by?: 'supervisor'
}

export const deviceMoves = {
  prenotify: { from: [undefined], to: 'Pending' },
  whitelist: { from: ['Pending'], to: 'Whitelisted' },
  install: { from: ['Whitelisted'], to: 'InstalledNotCommissioned' },
  commission: { from: ['InstalledNotCommissioned'], to: 'Commissioned' },
  suspend: { from: ['Commissioned'], to: 'Suspended', by: 'supervisor' },
  restore: { from: ['Suspended'], to: 'Commissioned', by: 'supervisor' },
  decommission: {
    from: ['Pending', 'Whitelisted', 'InstalledNotCommissioned', 'Commissioned', 'Suspended'],
    to: 'Decommissioned',
  },
} as const satisfies Record<string, MoveRow>
export type DeviceMove = keyof typeof deviceMoves
export const moveRow = (move: DeviceMove): MoveRow => deviceMoves[move]

/** Of which role it is; whose device it is, is in the inventory. */
export const mayMove = (role: Role, kind: InventoryKind, move: DeviceMove): boolean =>
  moveRow(move).by === 'supervisor' ? role === 'supervisor' : responsible[kind].includes(role)
