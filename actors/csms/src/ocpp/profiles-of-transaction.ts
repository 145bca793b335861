import type { StationId } from '@interlock/kernel'
import type { ChargingProfileType, Request } from '@interlock/ocpp'
import type { Context } from '../context.ts'
import { learned, type Lesson } from '../core/facts.ts'
import { factsOf, take } from '../known.ts'

/**
 * K05: the profile that came with a remote start is its transaction's from the first event that names
 * the start. With a transaction its profiles end. The same event again changes nothing.
 */
export async function learnProfiles(
  context: Pick<Context, 'known' | 'deps'>,
  stationId: StationId,
  event: Request<'TransactionEvent'>,
): Promise<void> {
  const { transactionId, remoteStartId } = event.transactionInfo
  if (event.eventType === 'Ended')
    await take(context, stationId, await endedWith(context, stationId, transactionId))
  else if (remoteStartId !== undefined)
    await take(context, stationId, await begunBy(context, stationId, event, remoteStartId))
}

async function endedWith(
  context: Pick<Context, 'known'>,
  stationId: StationId,
  transactionId: string,
): Promise<Lesson> {
  const profiles = await factsOf(context, stationId, 'profile')
  const keys = [...profiles]
    .filter(([, value]) => {
      const { chargingProfile } = value as { chargingProfile: ChargingProfileType }
      return chargingProfile.transactionId === transactionId
    })
    .map(([key]) => key)
  return { remove: [{ kind: 'profile', keys }] }
}

async function begunBy(
  { known }: Pick<Context, 'known'>,
  stationId: StationId,
  { transactionInfo, evse }: Request<'TransactionEvent'>,
  remoteStartId: number,
): Promise<Lesson> {
  const key = String(remoteStartId)
  const asked = await known.find(stationId, 'remoteStart', key)
  if (asked === undefined) return {}
  const { evseId, chargingProfile } = asked.value as {
    evseId: number | null
    chargingProfile: ChargingProfileType | null
  }
  const remove = [{ kind: 'remoteStart', keys: [key] }] as const
  if (chargingProfile === null) return { remove }
  const { transactionId } = transactionInfo
  const installed = {
    evseId: evseId ?? evse?.id ?? 0,
    source: 'CSO',
    reported: false,
    wanted: null,
    chargingProfile: { ...chargingProfile, transactionId },
  }
  return { remove, put: [learned('profile', chargingProfile.id, installed)] }
}
