import { tableAction, type SignedCommand } from '@interlock/contract'
import { actionOf, refuse } from '@interlock/gate'
import { eui64, instant, refused } from '@interlock/kernel'
import type { Gate } from '@interlock/station'

/**
 * What a charger does without our controls: whatever the connection asks for, at once. For the lab,
 * to show that the attacks bite; a station in production refuses to start with it.
 */
export const openGate: Gate = (message, _evidence, state, now) => {
  const row = actionOf(tableAction(message.action, message.payload))
  if (row === undefined) return refuse(refused('RoleForbidden', message.action))
  const setting = row.read(
    asIfSigned(message.action, message.payload, state.station.eui, now),
    state,
  )
  if ('reason' in setting) return refuse(setting)
  return {
    ok: true,
    second: 'countersigned',
    setting,
    delay: { secondsMax: 0 },
    reference: 'controls-off',
    consume: { organisation: nobody, path: 'countersigned', counter: 0n },
  }
}

const nobody = eui64('00-00-00-00-00-00-00-00')

const asIfSigned = (
  action: string,
  payload: unknown,
  station: SignedCommand['target']['station'],
  now: SignedCommand['issuedAt'],
): SignedCommand => ({
  action,
  payload,
  signer: '',
  organisation: nobody,
  role: 'csms',
  target: { station, evse: 1 },
  counter: 0n,
  issuedAt: now,
  expiresAt: instant(now + 60_000),
  effect: { from: now, until: instant(now + 60_000) },
  signed: new Uint8Array(),
  signature: new Uint8Array(),
})
