import type { Happening, HoursState, KnownGuest } from '@interlock/contract'
import { encodePreCommand } from '@interlock/gbcs'
import { nodeCrypto, silentLog, systemClock, systemEntropy, temporaryDir } from '@interlock/host'
import {
  instant,
  toBase64,
  toBase64Url,
  unobserved,
  type Clock,
  type Eui64,
  type Timer,
} from '@interlock/kernel'
import { Declined } from './access.ts'
import type { ArmNetwork, ArmOrder } from './arm-network.ts'
import type { Account, Home, WebConfig } from './config-schema.ts'
import { fakeFeeders } from './feeders.fixture.ts'
import { hashPassword } from './password.ts'
import { startWeb, type WebDeps, type WebRunning } from './start-web.ts'
import { stationRefused, type Upstreams } from './upstreams.ts'

/** Neighbours in memory, for tests of this actor alone. They say what they are told to say. */

export const password = 'correct horse battery staple'

/** Confirms charging hours. */
export const supervisor = nodeCrypto.generateKey().key

export const homes: readonly Home[] = ['12', '14', '16'].map((number, i) => ({
  station: `acacia-${number}`,
  stationEui: `00-DB-12-34-56-78-91-0${i}`,
  target: `00-DB-12-34-56-78-90-0${i}`,
  controller: 1,
  ratingWatts: 7400,
  place: `${number} Acacia Avenue`,
  supervisorKey: toBase64(supervisor.publicKey.spki),
}))

export async function accounts(): Promise<Account[]> {
  const record = await hashPassword(password, 1_000)
  const account = (name: string, roles: Account['roles'], stations: Account['stations']) => ({
    name,
    password: record,
    roles,
    stations,
  })
  return [
    account('driver', ['driver'], ['acacia-12']),
    account('neighbour', ['driver'], ['acacia-14']),
    account('operator', ['operator'], []),
    account('regulator', ['regulator'], []),
    account('lab', ['lab'], []),
    account('demo', ['driver', 'operator', 'lab'], 'all'),
  ]
}

/** A clock that tests move by hand; its timers run when their time has come. */
export function movedClock(start = Date.parse('2026-01-05T18:00:00Z')) {
  let now = start
  const timers = new Set<{ at: number; work: () => void | Promise<void> }>()
  const clock: Clock = {
    now: () => instant(now),
    after: (delay, _label, work): Timer => {
      const timer = { at: now + delay, work }
      timers.add(timer)
      return { cancel: () => void timers.delete(timer) }
    },
  }
  const move = async (by: number): Promise<void> => {
    now += by
    for (const timer of timers) {
      if (timer.at > now) continue
      timers.delete(timer)
      await timer.work()
    }
  }
  return { clock, move }
}

export type FakeStation = Record<string, unknown> & { stationId: string }

export const fakeStation = (stationId: string, more: object = {}): FakeStation => ({
  stationId,
  eui: '00-DB-12-34-56-78-91-00',
  ratingWatts: 7400,
  connected: true,
  trustMode: 'supervised',
  identifiedBy: 'certificate',
  status: 'Occupied',
  state: 'waiting',
  why: 'Schedule',
  until: null,
  powerWatts: 0,
  setPointWatts: 0,
  energyWattHours: 0,
  override: null,
  goal: null,
  llcs: true,
  ...more,
})

/** As `GET /api/v1/knocks/{id}` of a CSMS. */
export const fakeKnock = (id: string, more: object = {}) => ({
  id,
  times: 2,
  lastAt: Date.parse('2026-01-05T17:55:00Z'),
  reason: 'the station is not in the database',
  securityProfile: 2,
  certificateEui: null,
  register: { trustMode: 'supervised', eui: '00-DB-12-34-56-78-91-0F', ratingWatts: 7400 },
  barred: null,
  securityProfiles: [2, 3],
  ...more,
})

/** CSMS, supervisor and data company as one object that remembers what it was asked. */
export function fakeNeighbours(crypto = nodeCrypto) {
  const asked: { name: string; station?: string; body: unknown }[] = []
  const listeners = new Set<(happening: unknown) => void>()
  const state = {
    stations: homes.map((home) => fakeStation(home.station)),
    knocks: [] as ReturnType<typeof fakeKnock>[],
    triggerAnswer: { status: 'Accepted' } as { status: string; reasonCode?: string },
    /** Set to hand out bytes that say something else than was asked. */
    alter: (order: ArmOrder): ArmOrder => order,
    /** The owners' keys that each charger knows. */
    ownerKeys: new Map<string, string[]>(),
    /** What the charger says to a revocation, where it says no. */
    revocationRefusal: undefined as string | undefined,
    /** What the charger says of its hours; a choice waits. */
    hours: { state: 'inForce', quiet: [] } as HoursState,
    /** Whom owners have allowed to charge, at every charger. */
    guests: [] as KnownGuest[],
    /** Whether the register knows the code that signs. */
    registered: true,
    counter: 0n,
    delivered: [] as Uint8Array[],
  }
  const happen = (happening: Happening): void => {
    for (const listener of listeners) listener(happening)
  }
  const upstreams: Upstreams = {
    stations: async () => state.stations,
    tariff: async () => ({ prices: [] }),
    knocks: async () => ({ knocks: state.knocks, more: false }),
    adopt: async (station, body) => {
      asked.push({ name: 'adopt', station, body })
      if (!state.knocks.some(({ id }) => id === station)) throw new Declined('NotFound')
      state.knocks = state.knocks.filter(({ id }) => id !== station)
    },
    goal: async (station, body) => void asked.push({ name: 'goal', station, body }),
    ownerKey: async (station, body) => {
      asked.push({ name: 'ownerKey', station, body })
      state.ownerKeys.set(station, [...(state.ownerKeys.get(station) ?? []), body.spki])
    },
    ownerKeys: async (station) => state.ownerKeys.get(station) ?? [],
    revokeOwnerKey: async (station, body) => {
      asked.push({ name: 'revokeOwnerKey', station, body })
      if (state.revocationRefusal !== undefined) throw stationRefused(state.revocationRefusal)
      const left = (state.ownerKeys.get(station) ?? []).filter((each) => each !== body.spki)
      state.ownerKeys.set(station, left)
    },
    hours: async () => state.hours,
    chooseHours: async (station, body) => {
      asked.push({ name: 'chooseHours', station, body })
      const { choice } = body
      const wants = choice.kind === 'changed' ? choice.quiet : []
      state.hours = { ...state.hours, state: 'waiting', wants }
    },
    guests: async () => state.guests,
    allowGuest: async (station, body) => {
      asked.push({ name: 'allowGuest', station, body })
      state.guests = [{ ...body, usedWattHours: 0 }]
    },
    trigger: async (station, body) => {
      asked.push({ name: 'trigger', station, body })
      if (state.triggerAnswer.status === 'Accepted') {
        const charging = body.action === 'start'
        const watts = charging ? 7400 : 0
        const why = charging ? 'OverrideCharge' : 'OverrideStop'
        state.stations = state.stations.map((row) =>
          row.stationId === station
            ? { ...row, why, powerWatts: watts, setPointWatts: watts }
            : row,
        )
        const data = { action: body.action, digest: body.arm }
        happen({ at: Date.now(), actor: 'csms', kind: 'trigger', station, data })
      }
      return state.triggerAnswer
    },
    isRegistered: async () => state.registered,
    happenings: (onHappening) => {
      listeners.add(onHappening)
      return { close: async () => void listeners.delete(onHappening) }
    },
  }
  const network: ArmNetwork = {
    preCommand: async (order) => {
      state.counter++
      const { originator, target, controller, levelPercent, from, until } = state.alter(order)
      const bytes = encodePreCommand({
        useCase: 'ECS47a',
        originator,
        target,
        counter: state.counter,
        controller,
        direction: 'import',
        levelPercent,
        from: instant(from),
        until: instant(until),
      })
      return { bytes, counter: state.counter }
    },
    arm: async ({ target, signed }: { target: Eui64; signed: Uint8Array }) => {
      state.delivered.push(signed)
      const station = homes.find((home) => home.target === target)?.station ?? 'nowhere'
      const digest = toBase64Url(crypto.sha256(signed))
      happen({ at: Date.now(), actor: 'dcc', kind: 'arm', station, data: { digest } })
    },
  }
  return { asked, happen, state, upstreams, network }
}

export type TestWeb = WebRunning & {
  readonly neighbours: ReturnType<typeof fakeNeighbours>
  readonly operator: ReturnType<typeof fakeFeeders>['state']
}

/** A web actor on free ports with those neighbours. */
export async function startTestWeb(
  options: { config?: Partial<WebConfig>; deps?: Partial<WebDeps> } = {},
): Promise<TestWeb> {
  const data = temporaryDir('interlock-web')
  const neighbours = fakeNeighbours()
  const feeders = fakeFeeders()
  const listen = { host: '127.0.0.1', port: 0 }
  const config: WebConfig = {
    actor: 'web',
    name: 'Web',
    region: 'gb',
    data,
    production: false,
    identity: { charging: data, smartMeter: data },
    trust: {},
    peers: {
      csms: 'https://127.0.0.1:1',
      dcc: 'https://127.0.0.1:1',
      supervisor: 'https://127.0.0.1:1',
    },
    dccCertificate: `${data}/dcc.pem`,
    console: { listen },
    arm: { listen },
    login: { kind: 'builtIn', accounts: await accounts() },
    homes: [...homes],
    timeZone: 'Europe/London',
    ...options.config,
  }
  const running = await startWeb(config, {
    clock: systemClock,
    wall: systemClock,
    activity: unobserved,
    entropy: systemEntropy,
    crypto: nodeCrypto,
    log: silentLog,
    upstreams: neighbours.upstreams,
    network: neighbours.network,
    feeders: feeders.source,
    ...options.deps,
  })
  return { ...running, neighbours, operator: feeders.state }
}

/** A browser without pages: keeps cookies, sends what one would send, and what one would not. */
export class Visitor {
  readonly origin: string
  #cookies = new Map<string, string>()
  #csrf = ''

  constructor(origin: string) {
    this.origin = origin
  }

  get cookies(): Map<string, string> {
    return this.#cookies
  }

  async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; body: Record<string, unknown>; headers: Headers }> {
    const sent: Record<string, string> = {
      cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      ...(method === 'GET'
        ? {}
        : {
            origin: this.origin,
            'content-type': 'application/json',
            'x-csrf-token': this.#csrf,
          }),
      ...headers,
    }
    const response = await fetch(new URL(path, this.origin), {
      method,
      redirect: 'manual',
      headers: Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== '')),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';')
      const [name = '', value = ''] = pair.split('=')
      if (value === '') this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
    const text = await response.text()
    const json = response.headers.get('content-type')?.includes('json') === true
    const parsed = (json ? JSON.parse(text) : {}) as Record<string, unknown>
    return { status: response.status, body: parsed, headers: response.headers }
  }

  /** Whether a stream opens; it is let go at once. @returns the status */
  async opens(path: string): Promise<number> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(new URL(path, this.origin), { headers: { cookie } })
    await response.body?.cancel()
    return response.status
  }

  get = (path: string, headers: Record<string, string> = {}) =>
    this.send('GET', path, undefined, headers)
  post = (path: string, body: unknown = {}, headers: Record<string, string> = {}) =>
    this.send('POST', path, body, headers)

  /** Reads the session as the page does on loading. */
  async load(): Promise<Record<string, unknown>> {
    const { status, body } = await this.get('/api/session')
    // Without it every later answer would be about a token that is missing, and not about this.
    if (status !== 200) throw new Error(`the session could not be read: ${status}`)
    this.#csrf = `${body['csrf'] ?? ''}`
    return body
  }

  async signIn(name: string, secret = password): Promise<number> {
    const { status } = await this.post('/api/login', { name, password: secret })
    await this.load()
    return status
  }
}
