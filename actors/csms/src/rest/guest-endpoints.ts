import { KnownGuest, SignedGuest } from '@interlock/contract'
import type { Endpoint } from '@interlock/host'
import { Type } from 'typebox'
import { isAccepted } from '../commands.ts'
import { factKinds } from '../core/facts.ts'
import { guestsOf, keepGuest } from '../drivers/guests.ts'
import { withStation, type Api } from './api.ts'
import { transfer } from './transfer.ts'
import { answer } from './trigger-endpoint.ts'

const Guests = Type.Object({ guests: Type.Array(KnownGuest, { maxItems: factKinds.guest }) })

/**
 * PF23, PF24, SF9: whom an owner allows to charge. The station checks the owner's signature, and what it does not take
 * is not kept here. The word is given out as it was signed, so that whoever bills can check it too.
 */
export const guestEndpoints = (api: Api): Endpoint[] => [
  {
    method: 'GET',
    url: '/api/v1/stations/:id/guests',
    roles: ['web'],
    answer: Guests,
    summary: 'Whom owners allow to charge, as they signed it, and what each has drawn since (Wh).',
    handle: withStation(api, async ({ record }) => {
      const guests = await guestsOf(api.context, record.stationId)
      return { status: 200, body: { guests } }
    }),
  },
  {
    method: 'POST',
    url: '/api/v1/stations/:id/guests',
    roles: ['web'],
    body: SignedGuest,
    summary:
      'A guest by an owner’s word, passed on as it came; kept once the station has taken it.',
    handle: withStation(api, async (view, { body }) => {
      const signed = body as SignedGuest
      const outcome = await transfer(api, view, 'Guest', signed)
      if (isAccepted(outcome)) await keepGuest(api.context, view.record.stationId, signed)
      return answer(outcome)
    }),
  },
]
