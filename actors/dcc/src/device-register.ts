import type { DeviceStatus } from '@interlock/duis'
import { ok, refused, type Clock, type Eui64, type Outcome } from '@interlock/kernel'
import type { Kysely } from 'kysely'
import { moveRow, type DeviceMove } from './device-status.ts'
import type { DccTables } from './tables.ts'

/** The status of every device and hub, durably. */
export type DeviceRegister = {
  /** `undefined`: nobody has notified the data company of it. */
  status(eui: Eui64): DeviceStatus | undefined
  /** Makes a move, if it is one from what the device is; of two at once one is. */
  move(eui: Eui64, move: DeviceMove): Promise<Outcome<DeviceStatus, 'DeviceStatusWrong'>>
}

export async function openDeviceRegister(
  db: Kysely<DccTables>,
  /** What a device is as long as nobody has moved it. */
  first: (eui: Eui64) => DeviceStatus | undefined,
  clock: Clock,
): Promise<DeviceRegister> {
  const rows = await db.selectFrom('device_status').selectAll().execute()
  const moved = new Map<string, DeviceStatus>(
    rows.map(({ eui, status }) => [eui, status as DeviceStatus]),
  )
  const statusOf = (eui: Eui64): DeviceStatus | undefined => moved.get(eui) ?? first(eui)
  return {
    status: statusOf,
    async move(eui, move) {
      const { from, to } = moveRow(move)
      const was = statusOf(eui)
      if (!from.includes(was)) return refused('DeviceStatusWrong', `${move} of ${was ?? 'unknown'}`)
      // Nothing that is kept is `unknown`.
      const allowed = from.map((each) => each ?? 'unknown')
      const [row] = await db
        .insertInto('device_status')
        .values({ eui, status: to, at: clock.now() })
        .onConflict((conflict) =>
          conflict
            .column('eui')
            .doUpdateSet({ status: to, at: clock.now() })
            .where('device_status.status', 'in', allowed),
        )
        .returning('eui')
        .execute()
      if (row === undefined) return refused('DeviceStatusWrong', move)
      moved.set(eui, to)
      return ok(to)
    },
  }
}
