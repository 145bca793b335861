import { nodeCrypto } from '@interlock/host'
import { instant, stationId, toIso, type Instant } from '@interlock/kernel'
import type { CommandResponse, CommandResult, Session, Token } from '@interlock/ocpi'
import { objectsInMemory } from '@interlock/store/ocpi-objects.fixture'
import type { Command, CommandOutcome, Commands } from '../commands.ts'
import { misusedCards } from '../core/misused-cards.ts'
import { commandHandlers } from './commands.ts'
import type { RoamingDesk } from './roaming.ts'

export const station = stationId('CS-1')
export const begin = instant(Date.parse('2026-01-12T20:00:00Z'))
export const url = 'https://ilk.test/ocpi/2.2.1/sender/commands/X/1'
export const token: Token = {
  country_code: 'NL',
  party_id: 'ILK',
  uid: 'APP-1',
  type: 'APP_USER',
  contract_id: 'NL-ILK-C1',
  issuer: 'Interlock',
  valid: true,
  whitelist: 'NEVER',
  last_updated: '2026-01-01T00:00:00Z',
}
const party = (name: string, party_id: string) => ({
  name,
  owner: { country_code: 'NL', party_id },
  origin: `https://${name}.test`,
  role: 'EMSP' as const,
  needs: [],
})

/** An operator with a public and a private place, of which the stations alone are not real. */
export function operator() {
  const objects = objectsInMemory()
  const sent: Command[] = []
  const sessions: Session[] = []
  const told: [string, string, CommandResult][] = []
  const at = { now: begin }
  let drawn = 0
  const answers = { next: (): Promise<CommandOutcome> => Promise.resolve({ status: 'Accepted' }) }
  const view = {
    record: { idTokens: ['HOME'] },
    status: 'Available',
    running: new Map<string, object>(),
    lastEnded: undefined as object | undefined,
  }
  const inUse = { others: () => 0 }
  const desk = {
    us: { country_code: 'GB', party_id: 'CPO' },
    places: [
      { id: 'L1', publish: true, points: [{ stationId: station, evse: 1, evseId: 'E1' }] },
      { id: 'HOME', publish: false, points: [{ stationId: station, evse: 1, evseId: 'E1' }] },
    ],
    peers: { parties: [party('ilk', 'ILK'), party('other', 'OTH')] },
    objects,
    tariff: { currency: 'EUR' },
    outbox: {
      post: (...[to, where, body]: [string, string, CommandResult]) =>
        Promise.resolve(void told.push([to, where, body])),
      pushState: (_party: string, _module: string, _id: string, session: Session) =>
        Promise.resolve(void sessions.push(session)),
    },
    context: {
      views: new Map([[station, view]]),
      sessions: new Map([[station, {}]]),
      tokens: { find: () => undefined },
      inUse,
      misused: misusedCards(),
      known: { find: () => Promise.resolve(undefined) },
      audit: { record: () => undefined },
      deps: {
        clock: { now: () => at.now },
        entropy: { bytes: (count: number) => new Uint8Array(count).map(() => (drawn += 1)) },
        crypto: nodeCrypto,
        activity: {
          begin: () => () => undefined,
          within: (_: string, work: () => unknown) => work(),
        },
        log: { error: () => undefined },
      },
    },
  } as unknown as RoamingDesk
  const commands = {
    send(command: Command) {
      sent.push(command)
      return answers.next()
    },
  } as unknown as Commands
  const handle = commandHandlers(desk, commands)['commands.post']
  const ask = async (command: string, body: object, who = 'ilk') => {
    const caller = { name: who, owner: party(who, who === 'ilk' ? 'ILK' : 'OTH').owner }
    const asked = { params: { command }, query: {}, page: { offset: 0, limit: 1 } }
    const answer = await handle({
      ...asked,
      caller: { ...caller, isRegistered: true },
      body: { response_url: url, ...body },
    })
    return answer.ok ? (answer.value.data as CommandResponse).result : answer.reason
  }
  const wait = (millis: number): void => void (at.now = instant(at.now + millis))
  return { desk, ask, sent, told, sessions, view, inUse, answers, at, wait }
}

export const reserve = (id: string, until: number = begin + 3_600_000) => ({
  token,
  location_id: 'L1',
  reservation_id: id,
  expiry_date: toIso(until as Instant),
})
