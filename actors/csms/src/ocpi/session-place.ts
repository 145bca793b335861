import { toHex, utf8, type StationId } from '@interlock/kernel'
import type { Admission } from './admissions.ts'
import type { RoamingDesk } from './roaming.ts'

/** Of a session that was told to a party. */
export type SessionPlace = {
  readonly party: string
  readonly stationId: StationId
  readonly transactionId: string
  readonly evse: number
  readonly isActive: boolean
  /** By which it was told first: what is said of the token later is of later charges. */
  readonly admission?: Admission
}

const idLength = 32
/** Names a transaction for others: those of two stations may be alike. */
export const sessionId = (
  { context }: Pick<RoamingDesk, 'context'>,
  stationId: StationId,
  transactionId: string,
): string => {
  const name = utf8(JSON.stringify([stationId, transactionId]))
  return toHex(context.deps.crypto.sha256(name)).slice(0, idLength)
}
