import type { Endpoint } from '@interlock/host'
import { Type, type Static } from 'typebox'
import { meterDocument, meterIn } from '../register/meters.ts'
import { grant, refuse, type Act, type Supervisor } from '../supervisor.ts'
import { isOwn } from './acts-for.ts'
import { strict, Words } from './shapes.ts'

const Meter = Type.Object(
  {
    evseId: Type.String({ pattern: '^[\\x21-\\x7e]{1,48}$' }),
    serial: Words,
    publicKey: Type.String({ pattern: '^[A-Za-z0-9+/=]{64,512}$' }),
    ratingWatts: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    from: Type.String({ maxLength: 40 }),
  },
  strict,
)

/** Meters of charging points, by which everyone verifies what was charged there. */
export const meterEndpoints = (supervisor: Supervisor): Endpoint[] => [
  {
    method: 'POST',
    url: '/api/v1/meters',
    roles: ['maintainer'],
    body: Meter,
    async handle({ body, peer }) {
      const document = body as Static<typeof Meter>
      const { evseId, serial } = document
      const act: Act = { kind: 'Meter', facts: { evseId, serial, by: peer.organisation } }
      // Whoever operates a charging point bills by its meter, and so does not say which one that is.
      if (!isOwn(peer, supervisor))
        return refuse(
          supervisor,
          act,
          'IdentityMismatch',
          "the supervisor's own maintainers do that",
        )
      const entry = meterIn(document)
      if (entry === undefined) return refuse(supervisor, act, 'RequestInvalid', 'from')
      if (!(await supervisor.meters.add(entry)))
        return refuse(supervisor, act, 'DeviceState', 'a meter of that time or later is registered')
      return grant(supervisor, act, { status: 201, body: meterDocument(entry) })
    },
  },
  {
    method: 'GET',
    url: '/api/v1/meters/:evseId',
    roles: ['csms', 'dso', 'emsp', 'maintainer', 'web'],
    async handle({ params }) {
      const evseId = params['evseId'] ?? ''
      const meters = await supervisor.meters.of(evseId)
      return { status: 200, body: { evseId, meters: meters.map(meterDocument) } }
    },
  },
]
