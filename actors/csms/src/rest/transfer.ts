import { vendorId } from '@interlock/contract'
import type { Endpoint } from '@interlock/host'
import type { TSchema } from 'typebox'
import type { CommandOutcome } from '../commands.ts'
import type { StationView } from '../core/view.ts'
import { withStation, type Api } from './api.ts'
import { answer } from './trigger-endpoint.ts'

/** A word of a person for the station, which the CSMS passes on as it came. */
export const relay = (api: Api, path: string, messageId: string, body: TSchema): Endpoint => ({
  method: 'POST',
  url: `/api/v1/stations/:id/${path}`,
  roles: ['web'],
  body,
  handle: withStation(api, async (view, request) =>
    answer(await transfer(api, view, messageId, request.body as Record<string, unknown>)),
  ),
})

/** One vendor message to the station, and what came of it. */
export const transfer = (
  api: Pick<Api, 'commands' | 'context'>,
  { record }: StationView,
  messageId: string,
  data?: Record<string, unknown>,
): Promise<CommandOutcome> =>
  api.commands.send({
    stationId: record.stationId,
    action: 'DataTransfer',
    evse: record.evse,
    effectFrom: api.context.deps.clock.now(),
    payload: { vendorId, messageId, ...(data === undefined ? {} : { data }) },
  })
