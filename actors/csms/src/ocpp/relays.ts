import { witnessAway, type FlattenedJws } from '@interlock/contract'
import { Checkpoint } from '@interlock/host'
import type { Outcome, StationId } from '@interlock/kernel'
import type { Response } from '@interlock/ocpp'
import { readHours } from '@interlock/seal'
import { Compile } from 'typebox/compile'
import type { Context } from '../context.ts'

/**
 * What a station has signed for the supervisor, and what the supervisor signs in answer: each goes as it came, and
 * the station checks that the answer is about what it sent.
 */

type Answer = Response<'DataTransfer'>
const refuse = (reasonCode: string): Answer => ({ status: 'Rejected', statusInfo: { reasonCode } })

/** Whatever goes wrong on the way, the station asks again. */
async function carried(
  away: string,
  ask: () => Promise<Outcome<unknown, string>>,
): Promise<Answer> {
  try {
    const answer = await ask()
    if (answer.ok) return { status: 'Accepted', data: answer.value as object }
    return refuse(answer.reason.slice(0, 20))
  } catch {
    return refuse(away)
  }
}

const CheckpointOf = Compile(Checkpoint)

/** A checkpoint of its audit trail, for the witness. */
export const relayCheckpoint = async (
  data: unknown,
  { witness }: Pick<Context, 'witness'>,
): Promise<Answer> =>
  CheckpointOf.Check(data) ? carried(witnessAway, () => witness(data)) : refuse('RequestInvalid')

/** Its charging hours, for the register; what they are is learnt from there, since plans are made of them. */
export async function relayHours(
  data: unknown,
  station: StationId,
  { supervisor, views }: Pick<Context, 'supervisor' | 'views'>,
): Promise<Answer> {
  const read = readHours(data)
  if (!read.ok) return refuse('RequestInvalid')
  return carried('PeerUnavailable', async () => {
    const answer = await supervisor.chargingHours(data as FlattenedJws)
    const entry = answer.ok ? await supervisor.entryOf(station) : undefined
    const view = views.get(station)
    if (view !== undefined && entry?.ok === true) view.hours = entry.value.hours
    return answer
  })
}
