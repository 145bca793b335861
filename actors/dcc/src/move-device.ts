import type { DeviceStatus } from '@interlock/duis'
import type { Eui64, Outcome } from '@interlock/kernel'
import type { Peer } from '@interlock/pki'
import { rolesOf } from './eligibility.ts'
import type { DeviceMove, InventoryKind } from './device-status.ts'
import type { ServiceParts } from './parts.ts'

/** Makes a move on the record, and tells those who may command such a device. */
export async function moveDevice(
  device: Eui64,
  kind: InventoryKind,
  move: DeviceMove,
  by: Peer,
  { register, audit, alerts }: Pick<ServiceParts, 'register' | 'audit' | 'alerts'>,
): Promise<Outcome<DeviceStatus, 'DeviceStatusWrong'>> {
  const moved = await register.move(device, move)
  const outcome = moved.ok ? moved.value : moved.reason
  audit.critical('DeviceMoved', { device, move, by: by.organisation, role: by.role, outcome })
  if (moved.ok)
    await alerts.tellRoles(rolesOf(kind), { kind: 'deviceStatus', device, status: moved.value })
  return moved
}
