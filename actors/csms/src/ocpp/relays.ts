import { HoursState, vendorId, witnessAway, type FlattenedJws } from '@interlock/contract'
import { Checkpoint } from '@interlock/host'
import type { Outcome, StationId } from '@interlock/kernel'
import type { Response } from '@interlock/ocpp'
import { readHours } from '@interlock/seal'
import { Type } from 'typebox'
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
  context: Pick<Context, 'supervisor' | 'views' | 'sessions'>,
): Promise<Answer> {
  const { supervisor, views } = context
  const read = readHours(data)
  if (!read.ok) return refuse('RequestInvalid')
  return carried('PeerUnavailable', async () => {
    const first = await supervisor.chargingHours(data as FlattenedJws)
    const isForgotten = !first.ok && first.reason === 'HoursConflict'
    const answer =
      isForgotten && (await restoreHours(station, context))
        ? await supervisor.chargingHours(data as FlattenedJws)
        : first
    const entry = answer.ok ? await supervisor.entryOf(station) : undefined
    const view = views.get(station)
    if (view !== undefined && entry?.ok === true) view.hours = entry.value.hours
    return answer
  })
}

const Told = Compile(Type.Object({ data: HoursState }))

/**
 * A supervisor that knows less of a charger's hours than it has signed gets its own signatures back: the charger has
 * them, and nobody on the way can make others. @returns whether its register knows more than before
 */
async function restoreHours(
  station: StationId,
  { supervisor, sessions }: Pick<Context, 'supervisor' | 'sessions'>,
): Promise<boolean> {
  const request = { vendorId, messageId: 'ChargingHoursNow' }
  const told = await sessions.get(station)?.endpoint.call('DataTransfer', request)
  const { signed = [] } = Told.Check(told) ? told.data : {}
  return signed.length > 0 && (await supervisor.restoreHours(station, signed)).ok
}
