import { openDataDoors, OpenDataWord } from '@interlock/contract'
import { minuteCounts, problem, type Reply, type UnprovenEndpoint } from '@interlock/host'
import { fromBase64, parseEui64, toIso, type Eui64 } from '@interlock/kernel'
import type { OpenDataRules, OpenRow } from '@interlock/privacy'
import { openDataStatement } from '@interlock/seal'
import { isAccepted } from '../commands.ts'
import type { Context } from '../context.ts'
import type { StationView } from '../core/view.ts'
import type { Api } from '../rest/api.ts'
import { askedPage, isReply, page } from '../rest/pages.ts'
import { transfer } from '../rest/transfer.ts'
import { ownerKeysOf } from '../rest/owner-key-endpoints.ts'
import type { Agreement } from './agreements.ts'
import type { OpenDataBook } from './book.ts'

export const openDataLimits = {
  /** Of one address. */
  perMinuteMax: 60,
  /** What strangers may have a station look at. */
  choicesPerStationPerMinuteMax: 6,
  choicesPerMinuteMax: 120,
  connectionsMax: 256,
} as const

type Desk = {
  readonly api: Pick<Api, 'context' | 'commands'>
  readonly book: OpenDataBook
  readonly rules: OpenDataRules
}

/** PF18: rows for everybody, and where owners say that they agree, or no longer. */
export function openDataEndpoints(desk: Desk): readonly UnprovenEndpoint[] {
  const { wall } = desk.api.context.deps
  const isTooMuch = minuteCounts(openDataLimits.perMinuteMax)
  const guarded =
    (handle: UnprovenEndpoint['handle']): UnprovenEndpoint['handle'] =>
    (request) =>
      isTooMuch(request.address, wall.now()) ? problem('RateExceeded') : handle(request)
  const choose = choices(desk)
  return [
    { method: 'GET', url: openDataDoors.rows, handle: guarded(({ query }) => rows(desk, query)) },
    {
      method: 'POST',
      url: openDataDoors.choices,
      body: OpenDataWord,
      handle: guarded(({ body }) => choose(body as OpenDataWord)),
    },
  ]
}

const keyOf = ({ from, place }: OpenRow): string => `${toIso(from)} ${place}`

function rows({ api, book, rules }: Desk, query: Readonly<Record<string, string>>): Reply {
  const { identity, deps } = api.context
  const asked = askedPage({ query })
  if (isReply(asked)) return asked
  const { after, limit } = asked
  const all = [...book.rows(deps.clock.now())]
    .filter((row) => after === undefined || keyOf(row) > after)
    .sort((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1))
  const reply = page(all.slice(0, limit + 1), asked, keyOf, shown)
  const { groupMin, stepWattHours } = rules
  const about = { publisher: identity.peer.organisation, unit: 'Wh', groupMin, stepWattHours }
  // Nobody between keeps what is taken down.
  const headers = { 'cache-control': 'no-store' }
  return { ...reply, headers, body: { ...about, ...(reply.body as object) } }
}

const shown = ({ place, from, until, stations, wattHours }: OpenRow): object => ({
  place,
  from: toIso(from),
  until: toIso(until),
  stations,
  wattHours,
})

/**
 * The station knows its owners and judges their words. A withdrawal by the key that agreed needs nobody: it counts at
 * once, the station away or gone, whatever strangers ask, and whoever lives there since.
 */
function choices({ api, book }: Desk) {
  const { context } = api
  const { deps, audit } = context
  const isTooMuch = minuteCounts(openDataLimits.choicesPerStationPerMinuteMax)
  const isFlooded = minuteCounts(openDataLimits.choicesPerMinuteMax)
  const withdrawn = (station: Eui64, by: string, isOwner: boolean): Reply => {
    audit.critical('OpenDataWithdrawn', { station, isOwner })
    book.withdraw(station, by, isOwner, deps.clock.now())
    return { status: 200, body: { station, agrees: false } }
  }
  async function agreed(view: StationView, agreement: Agreement): Promise<Reply> {
    const { station, since } = agreement
    const keys = await ownerKeysOf(api, view)
    if (!keys.ok) return problem(keys.reason, keys.detail)
    book.heard(station, keys.value, since)
    if (!keys.value.includes(agreement.by)) return problem('NotAuthenticated', 'OwnerUnknown')
    if (book.isBarred(station, keys.value))
      return problem('DeviceState', 'an owner of this home has withdrawn it, for good')
    audit.critical('OpenDataAgreed', { station })
    book.agree(agreement)
    return { status: 200, body: { station, agrees: true } }
  }
  return async ({ station: text, ...word }: OpenDataWord): Promise<Reply> => {
    const { agrees, by, signature, at } = word
    const station = parseEui64(text)
    // Who has a charger here is not for strangers to find out.
    if (station === undefined) return problem('NotAuthenticated', 'OwnerUnknown')
    const isLater = at > (book.tenureOf(station, by)?.at ?? Infinity)
    if (!agrees && isLater && isSigned(context, station, word)) return withdrawn(station, by, false)
    if (isFlooded('', deps.wall.now())) return problem('RateExceeded')
    const view = viewOf(context, station)
    if (view === undefined) return problem('NotAuthenticated', 'OwnerUnknown')
    if (isTooMuch(station, deps.wall.now())) return problem('RateExceeded')
    const outcome = await transfer(api, view, 'OpenData', word)
    if (outcome.reason === 'StationOffline') return problem('StationOffline')
    if (!isAccepted(outcome)) return problem('NotAuthenticated', outcome.reason ?? 'OwnerUnknown')
    if (!agrees) return withdrawn(station, by, true)
    return agreed(view, { station, by, signature, at, since: deps.clock.now() })
  }
}

const viewOf = ({ views }: Context, station: Eui64): StationView | undefined =>
  [...views.values()].find(({ record }) => record.eui === station && record.trust === 'supervised')

function isSigned(
  { deps: { crypto }, identity }: Context,
  station: Eui64,
  { agrees, by, signature, at }: Omit<OpenDataWord, 'station'>,
): boolean {
  const [owner, signed] = [by, signature].map(fromBase64)
  const key = owner && crypto.publicKey(owner)
  if (key === undefined || signed === undefined) return false
  const statement = openDataStatement(station, identity.peer.organisation, agrees, at)
  return crypto.verify(key, statement, signed)
}
