import {
  SignedBody,
  type AnsweredHours,
  type DayAheadPlan,
  type FlattenedJws,
} from '@interlock/contract'
import { outcomeOf, type HttpClient } from '@interlock/host'
import { ok, parseEui64, refused, type Outcome, type StationId } from '@interlock/kernel'
import type { Hierarchy } from '@interlock/pki'
import { quietHoursMax, type HoursInForce } from '@interlock/power'
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
  /** How the register has the station, and the hours that it may follow without a schedule. */
  entryOf(station: StationId): Promise<Outcome<RegisterEntry, string>>
  /** Brings what a station has signed about its hours; the answer is signed for that station. */
  chargingHours(statement: FlattenedJws): Promise<Outcome<object, string>>
  /** Brings what it has answered itself, for a register that is lost or older. */
  restoreHours(
    station: StationId,
    signed: readonly AnsweredHours[],
  ): Promise<Outcome<unknown, string>>
  /** What it has signed last about the station's DSR provider; for the station to verify. */
  providerStatement(station: StationId): Promise<Outcome<FlattenedJws, string>>
  /** SHA-256, hex, of the first-contact password; absent when first contact is over. */
  passwordSha256(station: StationId): Promise<string | undefined>
  readonly submitPlan: (plan: DayAheadPlan) => Promise<Outcome<void, string>>
  /** PEM; unverified. */
  revocationList(hierarchy: Hierarchy): Promise<Outcome<string, string>>
}

export type RegisterEntry = {
  readonly trust: TrustMode
  readonly hours: readonly HoursInForce[]
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
  const device = async (id: StationId, path = '') =>
    outcomeOf(await http.request('GET', `${url}/api/v1/devices/${encodeURIComponent(id)}${path}`))
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
    async entryOf(stationId) {
      const answer = await device(stationId)
      if (!answer.ok) return answer
      return Value.Check(TrustAndHours, answer.value)
        ? ok(answer.value as unknown as RegisterEntry)
        : refused('Unreadable', 'no trust mode or no hours in the answer')
    },
    async chargingHours({ payload, protected: head, signature }) {
      const statement = { payload, protected: head, signature }
      const answer = await post('/api/v1/charging-hours', { statement })
      return answer.ok ? ok(answer.value as object) : answer
    },
    restoreHours: (stationId, signed) =>
      post('/api/v1/charging-hours/answered', { stationId, signed }),
    async providerStatement(stationId) {
      const answer = await device(stationId, '/provider')
      if (!answer.ok) return answer
      return Value.Check(ProviderAnswer, answer.value)
        ? ok(answer.value.statement)
        : refused('Unreadable', 'no statement in the answer')
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

const ProviderAnswer = Type.Object({ statement: SignedBody })

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

const QuietRows = Type.Array(
  Type.Object({
    weekdays: Type.Array(Type.Integer(), { maxItems: 7 }),
    fromHour: Type.Integer(),
    untilHour: Type.Integer(),
  }),
  { maxItems: quietHoursMax },
)
const TrustAndHours = Type.Object({
  trust: Type.Enum(trustModes),
  hours: Type.Array(
    Type.Object({
      quiet: QuietRows,
      next: Type.Optional(Type.Object({ quiet: QuietRows, from: Type.Integer() })),
    }),
    { minItems: 1, maxItems: 2 },
  ),
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
