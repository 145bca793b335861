import type { Request, Response } from '@interlock/ocpp'

/** At which tiers a ChangeAvailability keeps the charger out of service; each ends by itself (G03). */
export type OutOfService = {
  readonly station?: true
  readonly evse?: true
  readonly connector?: true
}
export type Tier = keyof OutOfService

/** One tier inoperative is enough. */
export const isOutOfService = (given: OutOfService | undefined): boolean =>
  given !== undefined && Object.values(given).includes(true)

/** Which tier of the one EVSE is meant; `undefined` where there is no such thing. */
export function tierOf(
  evse: Request<'ChangeAvailability'>['evse'],
  evseId: number,
): Tier | undefined {
  if (evse === undefined || evse.id === 0) return 'station'
  if (evse.id !== evseId) return undefined
  if (evse.connectorId === undefined) return 'evse'
  return evse.connectorId === 1 ? 'connector' : undefined
}

export type AvailabilityChange = { readonly tier: Tier; readonly operative: boolean }

export type Changed = {
  readonly status: Response<'ChangeAvailability'>['status']
  /** In force from now on. */
  readonly outOfService: OutOfService
  /** Waiting for the transaction to end (G03.FR.05, G04.FR.06). */
  readonly scheduled: OutOfService
}

/**
 * G03/G04. Into service at once; out of it at once, or when the running transaction has ended. A
 * later command takes back an earlier one that still waits.
 */
export function change(
  outOfService: OutOfService,
  scheduled: OutOfService,
  { tier, operative }: AvailabilityChange,
  busy: boolean,
): Changed {
  const { [tier]: _, ...others } = outOfService
  const { [tier]: __, ...waiting } = scheduled
  if (operative) return { status: 'Accepted', outOfService: others, scheduled: waiting }
  if (outOfService[tier] === true) return { status: 'Accepted', outOfService, scheduled: waiting }
  return busy
    ? { status: 'Scheduled', outOfService, scheduled: { ...waiting, [tier]: true } }
    : { status: 'Accepted', outOfService: { ...others, [tier]: true }, scheduled: waiting }
}
