import type { Request } from '@interlock/ocpp'
import { learned } from '../core/facts.ts'
import { nothing, type Teaches } from './lesson.ts'

/**
 * Before the request leaves: its profile becomes one of the station with the transaction that names
 * this start (K05), and that may be told before the answer has been read.
 */
export const startAsked = (request: Request<'RequestStartTransaction'>) =>
  learned('remoteStart', request.remoteStartId, {
    evseId: request.evseId ?? null,
    chargingProfile: request.chargingProfile ?? null,
  })

/** F01: nothing begins that the station has refused. */
export const requestStartTransaction: Teaches<'RequestStartTransaction'> = (request, { status }) =>
  status === 'Accepted'
    ? nothing
    : { remove: [{ kind: 'remoteStart', keys: [String(request.remoteStartId)] }] }
