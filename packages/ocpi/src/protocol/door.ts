import { ok, parseJson, refused, type Instant, type Outcome } from '@interlock/kernel'
import { checkOcpi, objectCharactersMax, objectDepthMax, type OcpiObject } from '../read.ts'
import { failure, success } from './envelope.ts'
import {
  checkRouting,
  readIds,
  ocpiHeaders,
  tokenIn,
  type HttpHeaders,
  type OcpiOwner,
} from './headers.ts'
import {
  interfaceRow,
  ocpiInterfaces,
  paramsOf,
  type InterfaceName,
  type OcpiMethod,
} from './interfaces.ts'
import { askedPage, pageHeaders, type AskedPage, type NextMark } from './pages.ts'
import { ocpiRefusalRow, type OcpiRefusal } from './refusals.ts'
import {
  ocpiVersion,
  type Credentials,
  type OcpiEndpoint,
  type VersionDetails,
} from './versions.ts'

/** A request as HTTP carries it. */
export type OcpiRequest = {
  readonly method: string
  /** Below {@link basePath}, without query; each part decoded. */
  readonly parts: readonly string[]
  readonly query: Readonly<Record<string, string>>
  readonly headers: HttpHeaders
  readonly body: string
}
export type OcpiReply = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

/** Whoever showed a token that is known. */
export type OcpiCaller = {
  /** As the config names it. */
  readonly name: string
  readonly owner: OcpiOwner
  /** Until it is, it may read the versions and register, and nothing else (§4.1.2). */
  readonly isRegistered: boolean
}

type BodyOf<Name extends InterfaceName> = (typeof ocpiInterfaces)[Name] extends {
  readonly body: infer Body
}
  ? Body extends 'Part' | 'Any'
    ? Readonly<Record<string, unknown>>
    : Body extends Parameters<typeof checkOcpi>[0]
      ? OcpiObject<Body>
      : never
  : undefined

/** A request that is as the standard has it. */
export type Asked<Name extends InterfaceName = InterfaceName> = {
  readonly caller: OcpiCaller
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  /** Of lists; all of it elsewhere. */
  readonly page: AskedPage
  readonly body: (typeof ocpiInterfaces)[Name] extends { readonly isBodyOptional: true }
    ? BodyOf<Name> | undefined
    : BodyOf<Name>
}
export type Given = {
  readonly data?: unknown
  /** It was not known before (HTTP 201). */
  readonly isNew?: boolean
  /** Of a list: how many there are, this page aside. */
  readonly total?: number
  /** Of a list that can say so: where the next page begins. */
  readonly next?: NextMark
  /** Where the new object is, below {@link basePath}. */
  readonly path?: string
}
export type Answer = Outcome<Given, OcpiRefusal>
export type OcpiHandlers = {
  readonly [Name in InterfaceName]?: (asked: Asked<Name>) => Answer | Promise<Answer>
}

/** The module `credentials`: what registers a party, renews its token and forgets it. */
export type CredentialsDesk = {
  /** `shown` is the token of the request: it is kept nowhere else. */
  read(caller: OcpiCaller, shown: string): Credentials
  register(caller: OcpiCaller, theirs: Credentials): Promise<Answer>
  renew(caller: OcpiCaller, theirs: Credentials): Promise<Answer>
  forget(caller: OcpiCaller): Promise<Answer>
}

export type DoorOptions = {
  /** `https://host:port` by which parties reach it. */
  readonly origin: string
  readonly us: OcpiOwner
  readonly handlers: OcpiHandlers
  readonly credentials: CredentialsDesk
  readonly now: () => Instant
}

/** Where everything of OCPI is. */
export const basePath = '/ocpi'
const handled = ({ handlers }: DoorOptions): readonly InterfaceName[] =>
  (Object.keys(ocpiInterfaces) as InterfaceName[]).filter((name) => handlers[name] !== undefined)

const versionUrl = (origin: string): string => `${origin}${basePath}/${ocpiVersion}`
export const versionsUrl = (origin: string): string => `${origin}${basePath}/versions`

/** Where the interfaces that are handled are. */
export function versionDetails(options: DoorOptions): VersionDetails {
  const url = versionUrl(options.origin)
  const endpoints = new Map<string, OcpiEndpoint>()
  for (const role of ['SENDER', 'RECEIVER'] as const)
    endpoints.set(`credentials ${role}`, {
      identifier: 'credentials',
      role,
      url: `${url}/credentials`,
    })
  for (const name of handled(options)) {
    const { module, role } = interfaceRow(name)
    const at = `${url}/${role.toLowerCase()}/${module}`
    endpoints.set(`${module} ${role}`, { identifier: module, role, url: at })
  }
  return { version: ocpiVersion, endpoints: [...endpoints.values()] }
}

/**
 * Answers a request of a party, of whichever module; nothing reaches a handler that is not as the standard
 * has it. `caller` is whoever both its certificate and its token name.
 */
export async function answerOcpi(
  options: DoorOptions,
  caller: OcpiCaller | undefined,
  request: OcpiRequest,
): Promise<OcpiReply> {
  const named = [ocpiHeaders.requestId, ocpiHeaders.correlationId].flatMap((name) => {
    const value = request.headers[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  const echoed = Object.fromEntries(named)
  const outcome = await carriedOut(options, caller, request)
  const now = options.now()
  if (!outcome.ok) {
    const { reason, detail } = outcome
    const body = failure(now, reason, detail)
    return { status: ocpiRefusalRow(reason).http, headers: echoed, body }
  }
  const { given, headers } = outcome.value
  const location =
    given.path === undefined
      ? {}
      : { [ocpiHeaders.location]: `${versionUrl(options.origin)}/${given.path}` }
  return {
    status: given.isNew === true ? 201 : 200,
    headers: { ...echoed, ...headers, ...location },
    body: success(now, given.data),
  }
}

type Done = Outcome<
  { readonly given: Given; readonly headers: Record<string, string> },
  OcpiRefusal
>
const done = (answer: Answer, headers: Record<string, string> = {}): Done =>
  answer.ok ? ok({ given: answer.value, headers }) : answer

async function carriedOut(
  options: DoorOptions,
  caller: OcpiCaller | undefined,
  request: OcpiRequest,
): Promise<Done> {
  if (caller === undefined) return refused('TokenWrong')
  const ids = readIds(request.headers)
  if (!ids.ok) return ids
  const [first, second, ...rest] = request.parts
  if (first === 'versions' && second === undefined) return done(versions(options, request))
  if (first !== ocpiVersion) return refused('PathUnknown', first)
  if (second === undefined)
    return request.method === 'GET'
      ? done(ok({ data: versionDetails(options) }))
      : refused('MethodWrong')
  if (second === 'credentials')
    return rest.length === 0
      ? done(await credentials(options.credentials, caller, request))
      : refused('PathUnknown')
  if (!caller.isRegistered) return refused('TokenWrong', 'not registered')
  const routing = checkRouting(request.headers, { from: caller.owner, to: options.us })
  if (!routing.ok) return routing
  return await module(options, caller, request, `${second}/${rest[0] ?? ''}`, rest.slice(1))
}

function versions({ origin }: DoorOptions, { method }: OcpiRequest): Answer {
  if (method !== 'GET') return refused('MethodWrong')
  return ok({ data: [{ version: ocpiVersion, url: versionUrl(origin) }] })
}

async function credentials(
  desk: CredentialsDesk,
  caller: OcpiCaller,
  { method, body, headers }: OcpiRequest,
): Promise<Answer> {
  if (method === 'GET') return ok({ data: desk.read(caller, tokenIn(headers) ?? '') })
  if (method === 'DELETE')
    return caller.isRegistered ? desk.forget(caller) : refused('NotRegistered')
  if (method !== 'POST' && method !== 'PUT') return refused('MethodWrong')
  if (method === 'POST' && caller.isRegistered) return refused('AlreadyRegistered')
  if (method === 'PUT' && !caller.isRegistered) return refused('NotRegistered')
  const json = bodyJson(body)
  if (!json.ok) return json
  const theirs = checkOcpi('Credentials', json.value)
  if (!theirs.ok) return theirs
  return method === 'POST' ? desk.register(caller, theirs.value) : desk.renew(caller, theirs.value)
}

async function module(
  options: DoorOptions,
  caller: OcpiCaller,
  request: OcpiRequest,
  place: string,
  parts: readonly string[],
): Promise<Done> {
  const names = handled(options).filter((name) => {
    const { module: of, role, path } = interfaceRow(name)
    return place === `${role.toLowerCase()}/${of}` && paramsOf(path, parts) !== undefined
  })
  if (names.length === 0) return refused('PathUnknown', place)
  const name = names.find((each) => interfaceRow(each).method === (request.method as OcpiMethod))
  if (name === undefined) return refused('MethodWrong', request.method)
  const row = interfaceRow(name)
  const page = askedPage(row.isPaged === true ? request.query : {})
  if (!page.ok) return page
  const body = bodyOf(row, request.body)
  if (!body.ok) return body
  const handle = options.handlers[name] as (asked: unknown) => Answer | Promise<Answer>
  const { query } = request
  const params = paramsOf(row.path, parts) ?? {}
  const answer = await handle({ caller, params, query, page: page.value, body: body.value })
  if (!answer.ok || row.isPaged !== true) return done(answer)
  const url = `${versionUrl(options.origin)}/${place}`
  const { total = 0, next } = answer.value
  return done(answer, pageHeaders(url, query, page.value, total, next))
}

function bodyOf(
  { body: shape, isBodyOptional }: ReturnType<typeof interfaceRow>,
  text: string,
): Outcome<unknown, OcpiRefusal> {
  if (shape === undefined || (isBodyOptional === true && text === '')) return ok(undefined)
  const json = bodyJson(text)
  if (!json.ok) return json
  const { value } = json
  if (shape !== 'Any' && shape !== 'Part') return checkOcpi(shape, value)
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? ok(value)
    : refused('ObjectInvalid', 'not an object')
}

function bodyJson(text: string): Outcome<unknown, OcpiRefusal> {
  if (text.length > objectCharactersMax) return refused('ObjectTooLarge', `${text.length}`)
  const json = parseJson(text, objectDepthMax)
  return json.ok ? json : refused('NotJson', json.reason)
}
