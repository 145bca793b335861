import { limits, SignedBody } from '@interlock/contract'
import { problem, type Endpoint } from '@interlock/host'
import { ok, refused, type Outcome } from '@interlock/kernel'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { isAccepted } from '../commands.ts'
import type { StationView } from '../core/view.ts'
import { withStation, type Api } from './api.ts'
import { relay, transfer } from './transfer.ts'

const strict = { additionalProperties: false }
const Base64 = Type.String({ minLength: 4, maxLength: 512, pattern: '^[A-Za-z0-9+/]+={0,2}$' })

/** The public half of an owner's key with its proof of the code at the charger. */
const OwnerKey = Type.Object({ spki: Base64, mac: Base64 }, strict)
/** A lost device, taken out by the word of another. */
const Revocation = Type.Object(
  { spki: Base64, by: Base64, signature: Base64, at: Type.Integer({ minimum: 0 }) },
  strict,
)

const Keys = Type.Object({ keys: Type.Array(Base64, { maxItems: limits.ownerKeysMax }) })
/** The station's answer to `OwnerKeys`. */
const Listed = Compile(Type.Object({ data: Keys }))

/**
 * The CSMS only carries these: the station checks the proof, and a key put in by the CSMS has none. So it does with the
 * supervisor's word on who its DSR provider is.
 */
export const ownerKeyEndpoints = (api: Api): Endpoint[] => [
  list(api),
  relay(api, 'owner-keys', 'OwnerKey', OwnerKey),
  relay(api, 'owner-key-revocations', 'OwnerKeyRevocation', Revocation),
  relay(api, 'provider', 'Provider', SignedBody),
]

/** Asked of the station each time: what the CSMS remembers would be as old as its last contact. */
const list = (api: Api): Endpoint => ({
  method: 'GET',
  url: '/api/v1/stations/:id/owner-keys',
  roles: ['web'],
  answer: Keys,
  handle: withStation(api, async (view) => {
    const keys = await ownerKeysOf(api, view)
    if (keys.ok) return { status: 200, body: { keys: keys.value } }
    return problem(keys.reason, keys.detail)
  }),
})

/** What the station says whose it is. */
export async function ownerKeysOf(
  api: Pick<Api, 'commands' | 'context'>,
  view: StationView,
): Promise<Outcome<readonly string[], 'StationOffline' | 'DeviceState' | 'Unavailable'>> {
  const outcome = await transfer(api, view, 'OwnerKeys')
  const { status, reason, response } = outcome
  if (reason === 'StationOffline') return refused('StationOffline')
  if (!isAccepted(outcome)) return refused('DeviceState', `it lists no keys: ${reason ?? status}`)
  if (!Listed.Check(response)) return refused('Unavailable', 'its list of keys cannot be read')
  return ok(response.data.keys)
}
