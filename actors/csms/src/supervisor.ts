import type { DayAheadPlan, FlattenedJws } from '@interlock/contract'
import { outcomeOf, type HttpClient } from '@interlock/host'
import { ok, parseEui64, refused, type Outcome, type StationId } from '@interlock/kernel'
import type { Hierarchy } from '@interlock/pki'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import type { Registered } from './core/adoption.ts'
import { trustModes, type TrustMode } from './data/stations.ts'

/** What the CSMS asks of the supervisor. Reasons are those of its problem documents. */
export type Supervisor = {
  countersign(station: StationId, command: FlattenedJws): Promise<Outcome<FlattenedJws, string>>
  certificate(
    station: StationId,
    csrPem: string,
    firstContact: boolean,
  ): Promise<Outcome<{ chainPem: string; cells: unknown }, string>>
  /** What the register says of the station. */
  registered(station: StationId): Promise<Outcome<Registered, string>>
  /** How the register has the station. */
  trustOf(station: StationId): Promise<Outcome<TrustMode, string>>
  /** SHA-256, hex, of the first-contact password; absent when first contact is over. */
  passwordSha256(station: StationId): Promise<string | undefined>
  readonly submitPlan: (plan: DayAheadPlan) => Promise<Outcome<void, string>>
  /** PEM; unverified. */
  revocationList(hierarchy: Hierarchy): Promise<Outcome<string, string>>
}

/** Hands a plan to a ledger: the supervisor's or the data company's. */
export const planSubmitter =
  (http: HttpClient, url: string): Supervisor['submitPlan'] =>
  async (plan) => {
    const answer = outcomeOf(await http.request('POST', `${url}/api/v1/plans`, plan))
    return answer.ok ? ok(undefined) : answer
  }

export function supervisorClient(http: HttpClient, url: string): Supervisor {
  const post = async (path: string, body: unknown) =>
    outcomeOf(await http.request('POST', `${url}${path}`, body))
  const device = async (id: StationId) =>
    outcomeOf(await http.request('GET', `${url}/api/v1/devices/${encodeURIComponent(id)}`))
  return {
    async countersign(stationId, command) {
      const answer = await post('/api/v1/countersignatures', { stationId, command })
      return answer.ok ? ok((answer.value as { command: FlattenedJws }).command) : answer
    },
    async certificate(stationId, csrPem, firstContact) {
      const answer = await post('/api/v1/certificates', { stationId, csrPem, firstContact })
      return answer.ok ? ok(answer.value as { chainPem: string; cells: unknown }) : answer
    },
    async registered(stationId) {
      const answer = await device(stationId)
      return answer.ok ? registeredIn(answer.value) : answer
    },
    async trustOf(stationId) {
      const answer = await device(stationId)
      if (!answer.ok) return answer
      const { trust } = answer.value as { trust?: unknown }
      const mode = trustModes.find((each) => each === trust)
      return mode === undefined ? refused('Unreadable', 'no trust mode in the answer') : ok(mode)
    },
    async passwordSha256(stationId) {
      const answer = await device(stationId)
      const { passwordSha256 } = (answer.ok ? answer.value : {}) as { passwordSha256?: unknown }
      return typeof passwordSha256 === 'string' ? passwordSha256 : undefined
    },
    submitPlan: planSubmitter(http, url),
    async revocationList(hierarchy) {
      const path = hierarchy === 'charging' ? '/api/v1/crl' : '/api/v1/crl/smart-meter'
      const answer = outcomeOf(await http.request('GET', `${url}${path}`))
      return answer.ok ? ok(String(answer.value)) : answer
    },
  }
}

const Entry = Type.Object({
  eui: Type.String(),
  ratingWatts: Type.Integer({ minimum: 1 }),
  evses: Type.Array(Type.Integer({ minimum: 1, maximum: 5 }), { minItems: 1, maxItems: 5 }),
  delaySecondsMax: Type.Integer({ minimum: 0, maximum: 1800 }),
  feeder: Type.String({ minLength: 1, maxLength: 64 }),
  csms: Type.String(),
  llcs: Type.Optional(Type.String()),
  state: Type.String({ maxLength: 32 }),
  trust: Type.Enum(trustModes),
})

function registeredIn(body: unknown): Outcome<Registered, string> {
  const entry = Value.Check(Entry, body) ? body : undefined
  const eui = parseEui64(entry?.eui ?? '')
  const csms = parseEui64(entry?.csms ?? '')
  const llcs = entry?.llcs === undefined ? undefined : parseEui64(entry.llcs)
  if (entry === undefined || eui === undefined || csms === undefined)
    return refused('Unreadable', 'its entry in the register cannot be read')
  const { ratingWatts, evses, delaySecondsMax, feeder, state, trust } = entry
  const own = { eui, csms, ...(llcs === undefined ? {} : { llcs }) }
  return ok({ ...own, ratingWatts, evses, delaySecondsMax, feeder, state, trust })
}
