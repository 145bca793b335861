import { vendorId } from '@interlock/contract'
import type { Endpoint } from '@interlock/host'
import { Type, type TSchema } from 'typebox'
import { withStation, type Api } from './api.ts'
import { answer } from './trigger-endpoint.ts'

const strict = { additionalProperties: false }
const Base64 = Type.String({ minLength: 4, maxLength: 512, pattern: '^[A-Za-z0-9+/]+={0,2}$' })

/** The public half of an owner's key with its proof of the code at the charger. */
const OwnerKey = Type.Object({ spki: Base64, mac: Base64 }, strict)
/** A lost device, taken out by the word of another. */
const Revocation = Type.Object(
  { spki: Base64, by: Base64, signature: Base64, at: Type.Integer({ minimum: 0 }) },
  strict,
)

/**
 * The CSMS only carries these: the station checks the proof, and a key put in by the CSMS has none.
 */
export const ownerKeyEndpoints = (api: Api): Endpoint[] => [
  relay(api, 'owner-keys', 'OwnerKey', OwnerKey),
  relay(api, 'owner-key-revocations', 'OwnerKeyRevocation', Revocation),
]

const relay = (api: Api, path: string, messageId: string, body: TSchema): Endpoint => ({
  method: 'POST',
  url: `/api/v1/stations/:id/${path}`,
  roles: ['web'],
  body,
  handle: withStation(api, async (view, request) =>
    answer(
      await api.commands.send({
        stationId: view.record.stationId,
        action: 'DataTransfer',
        evse: view.record.evse,
        effectFrom: api.context.deps.clock.now(),
        payload: { vendorId, messageId, data: request.body as Record<string, unknown> },
      }),
    ),
  ),
})
