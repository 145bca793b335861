import { problem, type Endpoint } from '@interlock/host'
import { fromBase64, parseEui64 } from '@interlock/kernel'
import { Type, type Static } from 'typebox'
import { userRoles } from './eligibility.ts'
import type { ReaderConsents } from './reader-consents.ts'

/** `PUT /api/v1/devices/{eui}/readers/{organisation}`. */
const ConsentOrder = Type.Object(
  {
    consent: Type.Union([Type.Literal('given'), Type.Literal('withdrawn')]),
    /** Milliseconds since 1970. */
    at: Type.Integer({ minimum: 0 }),
    /** Of the statement, by the key of the certificate that asks; base64. */
    signature: Type.String({ maxLength: 200 }),
  },
  { additionalProperties: false },
)
type ConsentOrder = Static<typeof ConsentOrder>

export const readerEndpoints = (consents: ReaderConsents): readonly Endpoint[] => [
  {
    method: 'PUT',
    url: '/api/v1/devices/:eui/readers/:organisation',
    roles: userRoles,
    body: ConsentOrder,
    async handle({ params, body, peer }) {
      const { consent, at, signature } = body as ConsentOrder
      const device = parseEui64(params['eui'] ?? '')
      const reader = parseEui64(params['organisation'] ?? '')
      const signed = fromBase64(signature)
      if (device === undefined) return problem('DeviceUnknown')
      if (reader === undefined || signed === undefined) return problem('BodyInvalid')
      const decided = await consents.decide({ device, reader, consent, at }, signed, peer)
      return decided.ok ? { status: 204 } : problem(decided.reason, decided.detail)
    },
  },
]
