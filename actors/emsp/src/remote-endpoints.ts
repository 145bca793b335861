import { problem, type Endpoint, type Reply } from '@interlock/host'
import type { Instant, Outcome } from '@interlock/kernel'
import {
  ChargingProfile,
  checkOcpi,
  commandObjects,
  commandTypes,
  Token,
  type OcpiOwner,
} from '@interlock/ocpi'
import { Type, type Static } from 'typebox'
import type { Authorisations } from './authorisations.ts'
import { contractOf, type ContractConfig } from './config.ts'
import { allowedBy, tokenOf, type Allowed } from './core/authorise.ts'
import type { AskProblem, RemoteRequests, RequestShown, Wanted } from './requests.ts'

const strict = { additionalProperties: false }
const Id = Type.String({ pattern: '^[\\x20-\\x7E]{1,36}$' })
const CommandBody = Type.Object(
  {
    operator: Type.String({ minLength: 1, maxLength: 64 }),
    /** Whose driver it is for: the token of a contract. */
    uid: Type.Optional(Token.properties.uid),
    type: Type.Optional(Token.properties.type),
    location: Type.Optional(Id),
    evse: Type.Optional(Id),
    connector: Type.Optional(Id),
    session: Type.Optional(Id),
    reservation: Type.Optional(Id),
    until: Type.Optional(Token.properties.last_updated),
  },
  strict,
)
const ProfileBody = Type.Object({ profile: ChargingProfile }, strict)
const ActiveBody = Type.Object({ seconds: Type.Integer({ minimum: 1, maximum: 86_400 }) }, strict)

export type RemoteDesk = {
  readonly us: OcpiOwner
  readonly issuer: string
  readonly contracts: readonly ContractConfig[]
  readonly operatorOf: (name: string) => OcpiOwner | undefined
  /** What the register of tokens says besides. */
  readonly registered: (contract: ContractConfig, allowed: Allowed) => Promise<Allowed>
  readonly requests: RemoteRequests
  readonly authorisations: Pick<Authorisations, 'issue'>
  readonly now: () => Instant
}

/** What the provider's desk asks of operators for its drivers, and what came of it. */
export const remoteEndpoints = (desk: RemoteDesk): readonly Endpoint[] => [
  {
    method: 'POST',
    url: '/api/v1/commands/:command',
    roles: ['web'],
    body: CommandBody,
    summary:
      'Starts, stops, reserves or unlocks at an operator; what the station does is told later.',
    handle: ({ params, body }) =>
      command(desk, params['command'] ?? '', body as Static<typeof CommandBody>),
  },
  ...(['PUT', 'DELETE'] as const).map((method): Endpoint => ({
    method,
    url: '/api/v1/sessions/:operator/:session/profile',
    roles: ['web'],
    ...(method === 'PUT' ? { body: ProfileBody } : {}),
    summary: 'Sets, or takes back, the limits of a session.',
    handle: ({ params, body }) =>
      profile(desk, params, method, (responseUrl) => ({
        charging_profile: (body as Static<typeof ProfileBody>).profile,
        response_url: responseUrl,
      })),
  })),
  {
    method: 'POST',
    url: '/api/v1/sessions/:operator/:session/active-profile',
    roles: ['web'],
    body: ActiveBody,
    summary: 'Asks what the station plans for a session; it is told later.',
    handle: ({ params, body }) => {
      const { seconds } = body as Static<typeof ActiveBody>
      return profile(desk, params, 'GET', undefined, { duration: String(seconds) })
    },
  },
  {
    method: 'GET',
    url: '/api/v1/sessions/:operator/:session/active-profile',
    roles: ['web'],
    summary:
      'What the operator told last of its own accord, of a session whose limits we have set.',
    handle: async ({ params: { operator = '', session = '' } }) => {
      const active = await desk.requests.active(operator, session)
      return active === undefined ? problem('NotFound') : { status: 200, body: active }
    },
  },
  {
    method: 'GET',
    url: '/api/v1/requests',
    roles: ['web'],
    summary: 'What operators were asked for, and how it came out, the newest first.',
    handle: async () => ({ status: 200, body: { items: await desk.requests.list() } }),
  },
  {
    method: 'GET',
    url: '/api/v1/requests/:id',
    roles: ['web'],
    handle: async ({ params }) => {
      const found = await desk.requests.find(params['id'] ?? '')
      return found === undefined ? problem('NotFound') : { status: 200, body: found }
    },
  },
]

async function command(
  desk: RemoteDesk,
  name: string,
  asked: Static<typeof CommandBody>,
): Promise<Reply> {
  const type = commandTypes.find((each) => each === name)
  if (type === undefined) return problem('NotFound', `no command ${name}`)
  const { operator, location, evse, connector, session, reservation, until } = asked
  const isDrivers = type === 'START_SESSION' || type === 'RESERVE_NOW'
  const driver = isDrivers ? await driverFor(desk, asked) : undefined
  if (driver !== undefined && 'status' in driver) return driver
  const object = {
    ...driver,
    ...(location !== undefined && { location_id: location }),
    ...(evse !== undefined && { evse_uid: evse }),
    ...(connector !== undefined && { connector_id: connector }),
    ...(session !== undefined && { session_id: session }),
    ...(reservation !== undefined && { reservation_id: reservation }),
    ...(until !== undefined && { expiry_date: until }),
  }
  const whole = (response_url: string) => ({ ...object, response_url })
  const valid = checkOcpi(commandObjects[type], whole('https://to.come'))
  if (!valid.ok) return problem('BodyInvalid', valid.detail)
  const wanted = { module: 'commands', what: type, method: 'POST', path: type } as const
  return replyTo(await desk.requests.ask(operator, { ...wanted, body: whole }))
}

/** A token that may charge there by contract and register; nobody else is started or kept free for. */
async function driverFor(
  desk: RemoteDesk,
  { operator, uid = '', type = 'RFID', location }: Static<typeof CommandBody>,
): Promise<{ readonly token: Token; readonly authorization_reference: string } | Reply> {
  const owner = desk.operatorOf(operator)
  const contract = contractOf(desk.contracts, uid, type)
  if (owner === undefined || contract === undefined)
    return problem('NotFound', owner === undefined ? operator : uid)
  const place = location === undefined ? undefined : { location_id: location }
  const byContract = allowedBy(contract, owner, place, desk.now())
  const allowed = byContract.ok
    ? await desk.registered(contract, byContract.value)
    : byContract.reason
  if (allowed !== 'ALLOWED') return problem('DriverNotAllowed', allowed)
  const authorization_reference = await desk.authorisations.issue(owner, contract, place)
  return authorization_reference === undefined
    ? problem('Unavailable', 'too many authorisations')
    : { token: tokenOf(desk.us, desk.issuer, contract), authorization_reference }
}

async function profile(
  { requests }: RemoteDesk,
  { operator = '', session = '' }: Readonly<Record<string, string>>,
  method: 'PUT' | 'DELETE' | 'GET',
  body: Wanted['body'],
  query: Readonly<Record<string, string>> = {},
): Promise<Reply> {
  const what = { PUT: 'SetProfile', DELETE: 'ClearProfile', GET: 'ActiveProfile' }[method]
  const wanted = { module: 'chargingprofiles', what, method, path: session, query } as const
  const whole = body === undefined || method !== 'PUT' ? wanted : { ...wanted, body }
  return replyTo(await requests.ask(operator, whole))
}

function replyTo(outcome: Outcome<RequestShown, AskProblem>): Reply {
  if (outcome.ok) return { status: 200, body: outcome.value }
  const { reason, detail } = outcome
  if (reason === 'OperatorUnknown') return problem('NotFound', detail)
  return problem('Unavailable', `${reason} ${detail ?? ''}`.trim())
}
