import { vendorId } from '@interlock/contract'
import { toBase64 } from '@interlock/kernel'
import { heldArms } from './gate-state.ts'
import type { Station } from './station.ts'

/**
 * The supplier's words about this load, for the CSMS: as the supplier signed them, since the CSMS believes the
 * supplier and not the charger. Said when one comes, and again on each connection.
 */
export function tellSuppliedArms(station: Station): void {
  const { keeper, deps, caller, background, mode } = station
  if (mode !== 'supervised' || !caller.online()) return
  const now = deps.clock.now()
  const words = heldArms(keeper.memory, deps.crypto).filter(
    ({ arm }) => arm.use === 'supplied' && now < arm.until,
  )
  if (words.length === 0) return
  void background('Arm', async () => {
    for (const { bytes } of words) {
      const data = { preCommand: toBase64(bytes) }
      await caller.call('DataTransfer', { vendorId, messageId: 'Arm', data })
    }
  })
}
