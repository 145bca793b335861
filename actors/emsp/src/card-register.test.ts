import type { HttpClient } from '@interlock/host'
import { inHours, inMinutes, instant, toIso } from '@interlock/kernel'
import type { Token } from '@interlock/ocpi'
import { expect, test } from 'vitest'
import { keepCardRegister } from './card-register.ts'
import type { ContractConfig } from './config.ts'
import { underBlock } from './core/card-findings.ts'

const begin = instant(Date.parse('2026-01-12T20:00:00Z'))
const uid = '04A1B2C3'
const key = 'A'.repeat(120)
const contract = (change: Partial<ContractConfig> = {}): ContractConfig => ({
  uid,
  type: 'RFID',
  contractId: 'NL-ILK-C1',
  whitelist: 'ALLOWED',
  status: 'valid',
  key,
  lastUpdated: '2026-01-01T00:00:00Z',
  ...change,
})
const finding = (number: number, kind: string, of = uid) => ({
  number,
  kind,
  at: begin,
  uid: of,
  station: 'STATION-9',
  operator: '00-00-00-00-00-00-00-01',
})
type Written = { readonly token: Token; readonly key: string | null; readonly status: string }

/** A provider's cards, of which the register alone is not real. */
function cards(...agreed: readonly ContractConfig[]) {
  const kept = new Map<string, unknown>()
  const records: Record<string, unknown>[] = []
  const written: Written[] = []
  const told: Token[] = []
  const register = {
    findings: [] as ReturnType<typeof finding>[],
    status: 200,
    hears: true,
    takes: true,
    now: begin,
  }
  const http = {
    request(method: string, url: string, body?: unknown) {
      const { status } = register
      if (status !== 200) return Promise.resolve({ status, body: {} })
      if (method === 'PUT' && !register.takes)
        return Promise.resolve({ status: 409, body: { detail: 'UidTaken' } })
      if (method === 'PUT') written.push(body as Written)
      const after = Number(new URL(url).searchParams.get('after'))
      const findings = register.findings.filter(({ number }) => number > after).slice(0, 2)
      return Promise.resolve({ status, body: { findings } })
    },
  } as unknown as HttpClient
  const clock = { now: () => register.now, after: () => ({ cancel: () => undefined }) }
  const open = async (some: readonly ContractConfig[] = agreed) => {
    const contracts = [...some]
    const opened = await keepCardRegister({
      http,
      url: 'https://cir.test',
      us: { country_code: 'NL', party_id: 'ILK' },
      issuer: 'Interlock',
      contracts,
      objects: {
        find: ({ id }: { id: string }) => Promise.resolve(kept.get(id)),
        put: ({ id, object }: { id: string; object: unknown }) =>
          Promise.resolve(void kept.set(id, object)),
      } as never,
      audit: {
        critical: (_: string, data: Record<string, unknown>) => void records.push(data),
        record: (_: string, data: Record<string, unknown>) => void records.push(data),
      } as never,
      tell: (tokens) => {
        if (register.hears) told.push(...tokens)
        return Promise.resolve(register.hears)
      },
      label: 'cards',
      deps: {
        clock,
        wall: clock,
        log: { warn: () => undefined, error: () => undefined } as never,
      },
    })
    // The round that it begins with is over.
    await opened.close()
    return { contracts, round: () => opened.round() }
  }
  return { register, records, written, told, open }
}

test('cards are written to the register with their keys, and again only when something has changed', async () => {
  const world = cards(contract(), contract({ uid: 'APP', type: 'APP_USER' }))
  const { round } = await world.open()
  await round()
  expect(world.written).toMatchObject([{ token: { uid, valid: true }, key, status: 'active' }])
  await world.open([contract({ status: 'blocked' })])
  expect(world.written[1]).toMatchObject({ token: { valid: false }, status: 'suspended' })
})

test('a card that was cloned is blocked, at the register and at operators, with a sentence on record; after a restart too', async () => {
  const world = cards(contract())
  const { contracts, round } = await world.open()
  world.register.findings = [
    finding(1, 'TokenGuessed'),
    finding(2, 'ClonedCard', uid.toLowerCase()),
  ]
  await round()
  expect(contracts[0]?.status).toBe('blocked')
  expect(world.written.at(-1)).toMatchObject({ status: 'suspended', token: { valid: false } })
  expect(world.told).toMatchObject([{ uid, valid: false }])
  expect(world.records.map(({ sentence }) => sentence)).toEqual([
    'Card 04A1B2C3 was misused at STATION-9 (TokenGuessed); the register has turned it away there.',
    expect.stringMatching(/^Card 04a1b2c3 is blocked until its contract is changed: two cards/),
  ])
  world.register.now = instant(begin + inHours(1_000))
  const again = await world.open()
  expect(again.contracts[0]?.status).toBe('blocked')
  await again.round()
  // What was read is not read again.
  expect(world.records).toHaveLength(2)
  // Whoever gave out another card has changed the contract since.
  const changed = await world.open([contract({ lastUpdated: '2026-02-01T00:00:00Z' })])
  expect(changed.contracts[0]?.status).toBe('valid')
})

test("attack: one operator alone says what it likes of another's driver, and blocks no card", async () => {
  const world = cards(contract())
  const { contracts, round } = await world.open()
  const words = [
    'ImpossibleTravel',
    'OperatorsDiffer',
    'ReplayedResponse',
    'CountOutOfOrder',
    'CopiedNumber',
    'ForgedKey',
    'ConcurrentUse',
    'ReaderGuessed',
  ]
  world.register.findings = words.map((kind, at) => finding(at + 1, kind))
  await round()
  // Each is on record all the same.
  expect([contracts[0]?.status, world.records.length]).toEqual(['valid', words.length])
  expect(world.told).toEqual([])
  // What the card's own key proves does block it.
  world.register.findings.push(finding(words.length + 1, 'ClonedCard'))
  await round()
  expect(contracts[0]?.status).toBe('blocked')
})

test("an operator's word neither shortens the block of a cloned card nor stands where one was written down for it", async () => {
  const world = cards(contract())
  const { contracts, round } = await world.open()
  world.register.findings = [finding(1, 'ClonedCard'), finding(2, 'ImpossibleTravel')]
  await round()
  world.register.now = instant(begin + inHours(48))
  await round()
  expect(contracts[0]?.status).toBe('blocked')
  const old = { kind: 'ImpossibleTravel', at: begin }
  const shown = underBlock(contract(), { uid, ...old })
  // No operator takes an older word in place of the newer one that it has.
  expect(shown).toEqual(contract({ lastUpdated: toIso(begin) }))
})

test('an operator that was away when a card was blocked hears of it after a restart', async () => {
  const world = cards(contract())
  const { round } = await world.open()
  world.register.findings = [finding(1, 'ClonedCard')]
  world.register.hears = false
  await round()
  expect(world.told).toEqual([])
  world.register.hears = true
  await world.open()
  expect(world.told).toMatchObject([{ uid, valid: false }])
})

test('while the register is silent nothing is lost, and operators who have not heard are told again', async () => {
  const world = cards(contract())
  const { contracts, round } = await world.open()
  world.register.findings = [finding(1, 'ClonedCard')]
  world.register.status = 503
  await round()
  expect(contracts[0]?.status).toBe('valid')
  world.register.status = 200
  world.register.hears = false
  await round()
  expect([contracts[0]?.status, world.told]).toEqual(['blocked', []])
  world.register.hears = true
  world.register.now = instant(begin + inMinutes(1))
  await round()
  expect(world.told).toMatchObject([{ uid, valid: false }])
})

test('a card that the register does not take is put on record, once', async () => {
  const world = cards(contract())
  world.register.takes = false
  const { round } = await world.open()
  await round()
  expect(world.records).toEqual([{ uid, status: 409, detail: 'UidTaken' }])
})
