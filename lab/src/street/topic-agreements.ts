import type { ConsentPurpose, TopicGrant } from '@interlock/contract'
import {
  httpClient,
  loadIdentity,
  nodeCrypto as crypto,
  ownKey,
  readText,
  systemClock,
  type HttpClient,
} from '@interlock/host'
import { Fault, toBase64Url, type Activity } from '@interlock/kernel'
import { signConsent } from '@interlock/privacy'
import { feeder, organisations, region, type Home, type Server } from './address-book.ts'
import { https, type Plan } from './configs.ts'

const grant = (server: Server, may: TopicGrant['may'], kind: TopicGrant['kind']): TopicGrant => ({
  organisation: organisations[server],
  may,
  kind,
  region,
  feeder,
})

/**
 * What the parties' contracts say of topics. Chargers are of their operator's organisation. What the feeder bears goes
 * by OSCP alone: by topic it would come at a moment of real time, on which what is planned may not depend here.
 */
const grants: readonly TopicGrant[] = [
  grant('csms', 'publish', 'reading'),
  grant('csms', 'publish', 'load'),
  grant('csms', 'publish', 'session'),
  grant('csms', 'read', 'capacity'),
  grant('dso', 'read', 'reading'),
  grant('emsp', 'read', 'reading'),
  grant('emsp', 'read', 'session'),
  grant('dso', 'read', 'load'),
]

/** What each owner of the street has agreed to: that the operator of the network sees the home's half-hours. */
const consent = { reader: organisations.dso, purpose: 'halfHourly' } as const satisfies {
  reader: string
  purpose: ConsentPurpose
}

/**
 * What is agreed before data flows by topic, simulated: the supervisor grants at the middleware and at the key server
 * what contracts say, and each owner consents. What stands already is left as it is.
 * @throws Fault where one of the two refuses
 */
export async function agreeOnTopics(plan: Plan, activity: Activity): Promise<void> {
  const clientOf = (server: Server): HttpClient =>
    httpClient({
      identity: loadIdentity(plan.layout.server(server).charging),
      trust: { roots: [readText(plan.layout.trust.charging)] },
      activity,
    })
  const desk = clientOf('supervisor')
  const carrier = clientOf('csms')
  try {
    for (const origin of [https(plan, 'broker'), https(plan, 'keys')])
      for (const each of grants)
        await demand(desk.request('PUT', `${origin}/api/v1/grants`, each), each.kind)
    for (const home of plan.homes) await consentOf(home, plan, { desk, carrier })
  } finally {
    await desk.close()
    await carrier.close()
  }
}

/** The owner's consent is signed with the owner's key, and brought by the operator of the home's charger. */
async function consentOf(
  home: Home,
  plan: Plan,
  { desk, carrier }: { readonly desk: HttpClient; readonly carrier: HttpClient },
): Promise<void> {
  const { station } = home
  const keys = `${https(plan, 'keys')}/api/v1`
  const known = await carrier.request('GET', `${keys}/consents/${station}`)
  if (known.status === 200) return
  const key = ownKey(plan.layout.ownerKey(home))
  const owner = { station, key: toBase64Url(key.publicKey.spki) }
  await demand(desk.request('PUT', `${keys}/owners`, owner), home.address)
  const next = await carrier.request('GET', `${keys}/consents/${station}`)
  const { number, previous } = next.body as { number: number; previous: string }
  const statement = { station, number, previous, ...consent, given: true, at: systemClock.now() }
  const signed = signConsent(statement, key, crypto)
  await demand(carrier.request('POST', `${keys}/consents`, signed), home.address)
}

async function demand(asked: ReturnType<HttpClient['request']>, what: string): Promise<void> {
  const { status, body } = await asked
  if (status >= 300) throw new Fault('NotAgreed', `${what}: ${JSON.stringify(body)}`)
}
