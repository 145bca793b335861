import type { DeviceStatus, ResponseName } from '@interlock/duis'
import { addMac, encodeUnsignedCommand } from '@interlock/gbcs'
import { ok, refused, type Eui64, type Outcome } from '@interlock/kernel'
import type { Peer } from '@interlock/pki'
import { resultOf } from './carry-out.ts'
import { deviceProblem } from './device-certificate.ts'
import { mayMove, moveRow, type DeviceMove, type InventoryKind } from './device-status.ts'
import { rolesOf } from './eligibility.ts'
import type { KnownDevices } from './inventory.ts'
import type { ServiceParts } from './parts.ts'

type Moved = { readonly eui: Eui64; readonly kind: InventoryKind }

/** A supplier or provider moves its own devices; what only the supervisor does, it does to all. */
export const mayMoveDevice = (
  { role, organisation }: Peer,
  { eui, kind }: Moved,
  move: DeviceMove,
  inventory: Pick<KnownDevices, 'isResponsible'>,
): boolean =>
  mayMove(role, kind, move) &&
  (moveRow(move).by === 'supervisor' || inventory.isResponsible(eui, organisation))

type MoveParts = Pick<
  ServiceParts,
  'register' | 'audit' | 'alerts' | 'identity' | 'inventory' | 'wan' | 'revoked' | 'deps'
>

/** What no user's word is enough for: that a device is in its home, and that it is this one. */
const shown: ReadonlySet<DeviceMove> = new Set(['install', 'commission'])
/** What takes a device away does so whatever its certificate is worth; nothing else does. */
const away: ReadonlySet<DeviceMove> = new Set(['suspend', 'decommission'])

/**
 * Makes a move on the record, and tells those who may command such a device. None is installed or commissioned
 * on its user's word: it has joined the network of its home, and answers from there with the key of its
 * certificate.
 */
export async function moveDevice(
  { eui, kind }: Moved,
  move: DeviceMove,
  by: Peer,
  parts: MoveParts,
): Promise<Outcome<DeviceStatus, ResponseName>> {
  const { register, audit, alerts, inventory } = parts
  const device = inventory.device(eui)
  const problem = device && !away.has(move) ? deviceProblem(device, parts) : undefined
  const there =
    problem ?? (shown.has(move) ? await answers({ eui, kind }, move, parts) : ok(undefined))
  const moved = there.ok ? await register.move(eui, move) : there
  const outcome = moved.ok ? moved.value : moved.reason
  audit.critical('DeviceMoved', {
    device: eui,
    move,
    by: by.organisation,
    role: by.role,
    outcome,
  })
  if (moved.ok)
    await alerts.tellRoles(rolesOf(kind), {
      kind: 'deviceStatus',
      device: eui,
      status: moved.value,
    })
  return moved
}

/** A hub by its line, which its certificate opened; a device by a read that only it can have answered. */
async function answers(
  { eui, kind }: Moved,
  move: DeviceMove,
  { identity, inventory, wan, register, deps }: MoveParts,
): Promise<Outcome<undefined, ResponseName>> {
  const status = register.status(eui)
  // Nobody asks a device whose turn it is not.
  if (!moveRow(move).from.includes(status))
    return refused('DeviceStatusWrong', `${move} of ${status ?? 'unknown'}`)
  if (kind === 'hub')
    return wan.reaches({ hub: eui }) ? ok(undefined) : refused('DeviceUnreachable', `hub ${eui}`)
  const device = inventory.device(eui)
  if (device === undefined) return refused('DeviceUnknown', eui)
  const command = {
    useCase: 'ECS61d',
    originator: identity.peer.eui,
    target: eui,
    counter: BigInt(deps.clock.now()),
  } as const
  const keys = { own: identity.key, peer: device.publicKey }
  const frame = addMac(encodeUnsignedCommand(command), 'unsigned', keys, deps.crypto)
  const answer = await wan.deliver(device, frame)
  if (!answer.ok) return answer
  if (answer.value.length === 0) return refused('DeviceDiscarded')
  // Whatever it says of what was asked: it has said so itself.
  const result = resultOf(answer.value, command, device, deps.crypto)
  return result.ok ? ok(undefined) : result
}
