import { FeederDayShown, FeedersShown } from '@interlock/contract'
import { httpClient, writeAtomic } from '@interlock/host'
import { toIso, instant, unobserved, type Role } from '@interlock/kernel'
import { Value } from 'typebox/value'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { actorPlace, quietDeps } from '../../../tools/doors/actor-place.ts'
import { testHierarchy } from '../../../tools/doors/hierarchy.ts'
import { doorsMillisMax, wronglyOpen } from '../../../tools/doors/wrongly-open.ts'
import { blockMillis, blocksPerDay } from './forecast/load-series.ts'
import { startDso, type DsoRunning } from './start.ts'

const [charging, smartMeter] = [testHierarchy('charging'), testHierarchy('smartMeter')]
const own = charging.certify('dso')
const provider = charging.certify('csms')
const { config, dir, root } = actorPlace(own, charging.rootPem)
const begin = Math.floor(Date.now() / blockMillis) * blockMillis
const contracts = [{ provider: 'acacia', contractedWatts: 20_000 }]
let dso: DsoRunning

beforeAll(async () => {
  const watts = Array.from({ length: 3 * blocksPerDay }, (_, at) => 30_000 + (at % 96) * 100)
  const from = toIso(instant(begin - watts.length * blockMillis))
  writeAtomic(`${dir}/load.json`, JSON.stringify({ from, watts }), 0o644)
  writeAtomic(`${dir}/stale.json`, JSON.stringify({ from, watts: [1] }), 0o644)
  writeAtomic(`${dir}/acacia.pem`, provider.chainPem, 0o644)
  const origin = 'https://acacia.test'
  const token = 'a-token-agreed-beforehand'
  dso = await startDso(
    {
      ...config,
      actor: 'dso',
      name: 'Distribution operator',
      trust: { charging: root },
      origin: 'https://dso.test',
      heartbeatSeconds: 300,
      providers: [{ name: 'acacia', certificate: `${dir}/acacia.pem`, origin, token }],
      feeders: [
        { group: 'one', ratedWatts: 60_000, history: `${dir}/load.json`, contracts },
        { group: 'two', ratedWatts: 60_000, history: `${dir}/stale.json`, contracts },
      ],
    },
    quietDeps,
  )
})
afterAll(() => dso.close())

test(
  'every door of a distribution operator is for the roles of its row, over every role of both roots',
  async () => {
    // What OSCP refuses, and to whom, its own tests tell; here it has no body to answer.
    const doors = dso.doors.filter((each) => !each.includes('/oscp/'))
    const problems = await wronglyOpen({
      port: dso.port,
      doors,
      root: charging.rootPem,
      hierarchy: 'charging',
      certify: (role) => charging.certify(role, own.peer.organisation),
      certifyElsewhere: (role) => smartMeter.certify(role),
      table: {
        'GET /healthz': ['csms', 'dso', 'supervisor', 'web'],
        'GET /api/v1/feeders': ['dso', 'web'],
        // It has what single homes let the operator read.
        'GET /api/v1/feeders/:group': ['dso'],
        'GET /api/v1/feeders/:group/day': ['dso', 'web'],
        'GET /api/v1/feeders/:group/sums': ['dso', 'web'],
        'GET /api/v1/dead-letters': ['dso', 'web'],
      },
    })
    expect(problems).toEqual([])
  },
  doorsMillisMax,
)

async function asked(role: Role, organisation = own.peer.organisation) {
  const http = httpClient({
    identity: charging.certify(role, organisation),
    trust: { roots: [charging.rootPem] },
    activity: unobserved,
  })
  const base = `https://127.0.0.1:${dso.port}/api/v1/feeders`
  const answers = await Promise.all(
    ['', '/one/day', '/two/day', '/three/day', '/one/sums'].map((path) =>
      http.request('GET', `${base}${path}`),
    ),
  )
  await http.close()
  return answers
}

test('people of another organisation see nothing, whatever their role', async () => {
  for (const role of ['web', 'dso'] as const)
    for (const { status } of await asked(role, provider.peer.organisation))
      expect([role, status]).toEqual([role, 403])
})

test('a day is shown as it was told: forecast, baselines, what is spare, who has what; or why there is none', async () => {
  const [feeders, one, two, three, sums] = await asked('web')
  expect([three?.status, sums?.status]).toEqual([404, 404])
  if (!Value.Check(FeedersShown, feeders?.body)) throw new Error('not what the contract says')
  expect(feeders.body.feeders.map(({ group, summed }) => [group, summed])).toEqual([
    ['one', false],
    ['two', false],
  ])
  expect(feeders.body.providers).toMatchObject([
    { name: 'acacia', standing: 'unregistered', heartbeatAt: null, complaints: [], breaches: [] },
  ])

  if (!Value.Check(FeederDayShown, one?.body)) throw new Error('not what the contract says')
  const { day, problem } = one.body
  expect(problem).toBeNull()
  if (day === null) throw new Error('no day')
  const blocks = day.forecastWatts.length
  expect(blocks).toBeGreaterThanOrEqual(blocksPerDay - 1)
  const lists = [day.persistenceWatts, day.previousDayWatts, day.spareWatts]
  expect(lists.map((each) => each?.length)).toEqual([blocks, blocks, blocks])
  const [acacia] = day.allotments
  expect(acacia?.watts).toEqual(day.spareWatts.map((spare) => Math.min(20_000, spare)))
  // The day repeats itself, so yesterday is the better guess here, and what stays the worst.
  const { forecast, persistence, previousDay } = day.errorWatts
  expect(previousDay).toBe(0)
  expect(forecast).toBeLessThan(persistence ?? 0)

  if (!Value.Check(FeederDayShown, two?.body)) throw new Error('not what the contract says')
  expect(two.body).toMatchObject({ day: null, problem: { reason: 'HistoryStale' } })
})
