import { join } from 'node:path'
import type { FeederSumsShown } from '@interlock/contract'
import {
  openHttpServer,
  problem,
  saveIdentity,
  silentLog,
  temporaryDir,
  writeAtomic,
} from '@interlock/host'
import { unobserved } from '@interlock/kernel'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { testHierarchy } from '../../tools/doors/hierarchy.ts'
import { main } from './main.ts'

const hierarchy = testHierarchy('charging')
const folder = temporaryDir('interlock-feeder')
const sums: FeederSumsShown = {
  group: 'f1',
  status: {
    phase: 'over',
    answered: 16,
    members: 17,
    roster: 3,
    round: 9,
    problem: { reason: 'UnmaskingMissing', words: 'some chargers did not unmask', detail: null },
    excluded: ['02-00-00-00-00-00-00-09'],
  },
  powers: [
    { at: '2026-01-05T18:01:00.000Z', watts: 9_000, stations: 17 },
    { at: '2026-01-05T18:02:00.000Z', watts: -1_200, stations: 10 },
  ],
  energies: [{ from: '2026-01-05T17:30:00.000Z', wattHours: 4_500, stations: 17 }],
}
let access: readonly string[] = []
let close: () => Promise<void>

beforeAll(async () => {
  const identity = hierarchy.certify('dso')
  const trust = { roots: [hierarchy.rootPem] }
  const listen = { host: '127.0.0.1', port: 0 }
  const server = await openHttpServer({
    name: 'dso',
    listen,
    identity,
    trust,
    activity: unobserved,
    log: silentLog,
  })
  server.route({
    method: 'GET',
    url: '/api/v1/feeders/:group/sums',
    roles: ['dso'],
    handle: ({ params }) =>
      params['group'] === 'f1'
        ? { status: 200, body: sums }
        : problem('NotFound', 'no such feeder'),
  })
  close = () => server.close()
  const own = hierarchy.certify('dso', identity.peer.organisation)
  saveIdentity(join(folder, 'own'), own.keyPem, own.chainPem)
  writeAtomic(join(folder, 'root.pem'), hierarchy.rootPem, 0o644)
  const at = `https://127.0.0.1:${await server.listen()}`
  access = ['--at', at, '--identity', join(folder, 'own'), '--trust', join(folder, 'root.pem')]
})
afterAll(() => close())

test('a feeder’s load of now and of its half-hours is told, and in words why there is no sum (PF15)', async () => {
  let said = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => (said += String(text)) !== '')
  onTestFinished(() => void vi.restoreAllMocks())
  expect(await main(['feeder', 'show', 'f1', ...access])).toBe(0)
  expect(said.trimEnd().split('\n')).toEqual([
    'f1: 1200 W fed in by 10 chargers at 2026-01-05T18:02:00.000Z',
    '17 chargers are summed',
    'no sum at present: some chargers did not unmask [UnmaskingMissing]',
    '02-00-00-00-00-00-00-09 masked wrongly, and is left out until it has another key',
    '2026-01-05T17:30:00.000Z  4500 Wh  17 chargers',
  ])
  said = ''
  expect(await main(['feeder', 'show', 'f2', ...access])).toBe(1)
  expect(said).toContain('no such feeder')
  expect(await main(['feeder', 'show', ...access])).toBe(2)
})
