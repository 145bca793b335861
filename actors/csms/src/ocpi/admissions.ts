import { inMinutes, type Instant, type StationId } from '@interlock/kernel'
import { ownerName, type CdrToken, type OcpiOwner, type Session, type Token } from '@interlock/ocpi'
import type { IdTokenInfoType } from '@interlock/ocpp'
import type { RoamingDesk } from './roaming.ts'

/** Who charges at a station by which contract: kept when it is said, found again there by the token. */
export type Admission = {
  readonly party: string
  readonly token: CdrToken
  readonly auth: Session['auth_method']
  readonly reference?: string
}
type Kept = Pick<RoamingDesk, 'objects' | 'us' | 'context'>

const tokenId = (type: string, uid: string): string => `${type}:${uid}`
export const tokenName = (owner: OcpiOwner, type: string, uid: string) => ({
  module: 'tokens',
  owner: ownerName(owner),
  id: tokenId(type, uid),
})
/** What was said of a token at one station says nothing of its charges at another, nor under which reference those are. */
const nameAt = (
  module: 'admissions' | 'expected',
  { us }: Kept,
  station: StationId,
  type: Token['type'],
  uid: string,
) => ({ module, owner: ownerName(us), id: `${station} ${tokenId(type, uid)}` })

export const admissionOf = async (
  desk: Kept,
  station: StationId,
  type: Token['type'],
  uid: string,
) =>
  (await desk.objects.find(nameAt('admissions', desk, station, type, uid))) as Admission | undefined

/** Keeps what was said of a token; one that may not charge is billed to nobody. */
export async function remember(
  desk: Kept,
  party: string,
  station: StationId,
  type: Token['type'],
  uid: string,
  said: Omit<Admission, 'party' | 'token'> & {
    readonly info: IdTokenInfoType
    readonly token?: CdrToken
  },
): Promise<void> {
  const { token, auth, reference, info } = said
  const { context, objects } = desk
  context.audit.record('DriverAuthorised', { party, status: info.status, auth })
  if (info.status !== 'Accepted' || token === undefined) return
  const { country_code, party_id, contract_id } = token
  const object: Admission = {
    party,
    token: { country_code, party_id, uid: token.uid, type: token.type, contract_id },
    auth,
    ...(reference === undefined ? {} : { reference }),
  }
  const lastUpdated = context.deps.clock.now()
  await objects.put({ ...nameAt('admissions', desk, station, type, uid), lastUpdated, object })
}

export const forget = async (
  desk: Kept,
  station: StationId,
  type: Token['type'],
  uid: string,
): Promise<void> => void (await desk.objects.remove(nameAt('admissions', desk, station, type, uid)))

/**
 * A provider's word under a reference is of one charge, and that has begun: the next one is asked about anew, or begins
 * without asking.
 */
export async function spend(
  desk: Kept,
  station: StationId,
  { token: { type, uid }, reference }: Admission,
): Promise<void> {
  if (reference === undefined) return
  const kept = await admissionOf(desk, station, type, uid)
  if (kept?.reference === reference) {
    const { reference: _, ...rest } = kept
    const lastUpdated = desk.context.deps.clock.now()
    const object: Admission = { ...rest, auth: 'WHITELIST' }
    await desk.objects.put({
      ...nameAt('admissions', desk, station, type, uid),
      lastUpdated,
      object,
    })
  }
  const sent = await expected(desk, station, type, uid)
  if (sent?.reference === reference) await expectNobody(desk, station, type, uid)
}

/** For so long a driver whose provider sent a command is waited for, and not asked about (§13.3.4, .5). */
const expectedMillis = inMinutes(15)
type Expected = Admission & { readonly until: number }

/** A driver is going to charge at that station, by a provider's command to start or to reserve until then. */
export async function expectDriver(
  desk: Kept,
  station: StationId,
  type: Token['type'],
  uid: string,
  admission: Admission,
  now: Instant,
  reservedUntil: Instant = now,
): Promise<void> {
  const until = Math.max(now + expectedMillis, reservedUntil)
  const object: Expected = { ...admission, until }
  await desk.objects.put({
    ...nameAt('expected', desk, station, type, uid),
    lastUpdated: now,
    object,
  })
}

export const expectNobody = async (
  desk: Kept,
  station: StationId,
  type: Token['type'],
  uid: string,
): Promise<void> => void (await desk.objects.remove(nameAt('expected', desk, station, type, uid)))

export async function expected(
  desk: Kept,
  station: StationId,
  type: Token['type'],
  uid: string,
): Promise<Admission | undefined> {
  const found = await desk.objects.find(nameAt('expected', desk, station, type, uid))
  const known = found as Expected | undefined
  return known !== undefined && desk.context.deps.clock.now() < known.until ? known : undefined
}
