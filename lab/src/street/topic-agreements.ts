import { topicName, type ConsentPurpose, type Topic, type TopicGrant } from '@interlock/contract'
import {
  httpClient,
  loadIdentity,
  nodeCrypto as crypto,
  ownKey,
  readText,
  systemClock,
  type HttpClient,
} from '@interlock/host'
import { Fault, toBase64Url, type Activity, type Eui64 } from '@interlock/kernel'
import { readNextConsent, signNextConsent, type NextConsent } from '@interlock/privacy'
import { feeder, organisations, region, type Home, type Server } from './address-book.ts'
import { https, type Plan } from './configs.ts'

const grant = (server: Server, may: TopicGrant['may'], kind: TopicGrant['kind']): TopicGrant => ({
  organisation: organisations[server],
  may,
  kind,
  region,
  feeder,
})

/** What the parties' contracts say of topics. Chargers are of their operator's organisation. */
const grants: readonly TopicGrant[] = [
  grant('csms', 'publish', 'reading'),
  grant('csms', 'publish', 'halfHour'),
  grant('csms', 'read', 'capacity'),
  grant('dso', 'publish', 'capacity'),
  grant('dso', 'read', 'halfHour'),
  grant('emsp', 'read', 'reading'),
  grant('emsp', 'read', 'session'),
  grant('dsrsp', 'read', 'consumption'),
  grant('supplier', 'read', 'consumption'),
  grant('supplier', 'read', 'dailyConsumption'),
  grant('supplier', 'read', 'monthlyConsumption'),
  // Of chargers: each masks its reading under the keys of the others, and the operator adds up.
  grant('csms', 'publish', 'maskKey'),
  grant('csms', 'read', 'maskKey'),
  grant('dso', 'read', 'maskKey'),
  grant('csms', 'publish', 'masked'),
  grant('dso', 'read', 'masked'),
  grant('dso', 'publish', 'maskRoster'),
  grant('csms', 'read', 'maskRoster'),
  grant('dso', 'publish', 'maskRound'),
  grant('csms', 'read', 'maskRound'),
]

/** Of each home the operator of its charger speaks, and no other operator of the feeder. */
const homeKinds = ['session', 'consumption', 'dailyConsumption', 'monthlyConsumption'] as const
const homeGrants = ({ homes }: Plan): readonly TopicGrant[] =>
  homes.flatMap(({ station }) =>
    homeKinds.map((kind) => ({ ...grant('csms', 'publish', kind), id: station })),
  )

/** Where the operator of the network says what it allots to the CSMS. */
const allotted: Topic = { region, feeder, kind: 'capacity', id: organisations.csms }

/**
 * What each owner of the street has agreed to: that the operator of the network reads the home's half-hours, the DSRSP for
 * what is usual there, and the supplier to bill them.
 */
const consents: readonly { readonly reader: Eui64; readonly purpose: ConsentPurpose }[] = [
  { reader: organisations.dso, purpose: 'halfHourly' },
  { reader: organisations.dsrsp, purpose: 'dsr' },
  { reader: organisations.supplier, purpose: 'halfHourly' },
]

/**
 * What is agreed before data flows by topic, simulated: the supervisor grants at the middleware and at the key server
 * what contracts say, and each owner consents. What stands already is left as it is.
 * @throws Fault where one of the two refuses
 */
export async function agreeOnTopics(plan: Plan, activity: Activity): Promise<void> {
  const desk = clientOf('supervisor', plan, activity)
  const carrier = clientOf('csms', plan, activity)
  try {
    await grantAll(plan, desk)
    await joinAllotted(plan, carrier)
    for (const home of plan.homes) await consentOf(home, plan, { desk, carrier })
  } finally {
    await desk.close()
    await carrier.close()
  }
}

/** Before the operator speaks: who joins later is given no key to what was said before. */
async function joinAllotted(plan: Plan, csms: HttpClient): Promise<void> {
  const keys = `${https(plan, 'keys')}/api/v1`
  const { chainPem: chain } = loadIdentity(plan.layout.server('csms').charging)
  const membership = { topic: topicName(allotted) }
  await demand(csms.request('PUT', `${keys}/certificates`, { chain }), 'the CSMS')
  await demand(csms.request('PUT', `${keys}/memberships`, membership), membership.topic)
}

const clientOf = (server: Server, { layout }: Plan, activity: Activity): HttpClient =>
  httpClient({
    identity: loadIdentity(layout.server(server).charging),
    trust: { roots: [readText(layout.trust.charging)] },
    activity,
  })

async function grantAll(plan: Plan, desk: HttpClient): Promise<void> {
  for (const origin of [https(plan, 'broker'), https(plan, 'keys')])
    for (const each of [...grants, ...homeGrants(plan)])
      await demand(desk.request('PUT', `${origin}/api/v1/grants`, each), each.kind)
}

/** The owner's consent is signed with the owner's key, and brought by the operator of the home's charger. */
async function consentOf(
  home: Home,
  plan: Plan,
  { desk, carrier }: { readonly desk: HttpClient; readonly carrier: HttpClient },
): Promise<void> {
  const { station } = home
  const keys = `${https(plan, 'keys')}/api/v1`
  const next = () => carrier.request('GET', `${keys}/consents/${station}`)
  const placeIn = (body: unknown): NextConsent => {
    const read = readNextConsent({ station, ...(body as object | undefined) })
    if (!read.ok) throw new Fault('NotAgreed', `${home.address}: ${read.detail}`)
    return read.value
  }
  const key = ownKey(plan.layout.ownerKey(home))
  if ((await next()).status !== 200) {
    const owner = { station, key: toBase64Url(key.publicKey.spki) }
    await demand(desk.request('PUT', `${keys}/owners`, owner), home.address)
  }
  const first = placeIn((await next()).body)
  // In their order, from where the owner's ledger stands.
  for (const consent of consents.slice(first.number - 1)) {
    const wish = { ...consent, given: true }
    const place = placeIn((await next()).body)
    const signed = signNextConsent(place, wish, systemClock.now(), key, crypto)
    await demand(carrier.request('POST', `${keys}/consents`, signed), home.address)
  }
}

async function demand(asked: ReturnType<HttpClient['request']>, what: string): Promise<void> {
  const { status, body } = await asked
  if (status >= 300) throw new Fault('NotAgreed', `${what}: ${JSON.stringify(body)}`)
}
