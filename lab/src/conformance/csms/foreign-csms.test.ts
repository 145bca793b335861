import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { identityOf, temporaryDir } from '@interlock/host'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runConformance } from '../conformance.ts'
import type { RunReport } from '../verdict.ts'
import type { ForeignCsms } from './foreign-csms.ts'
import type { Told } from './foreign-csms.fixture.ts'
import { runTokens } from './run-tokens.ts'
import type { SecurityProfile } from './subject.ts'

const dir = temporaryDir('interlock-foreign-csms')
let child: ChildProcess
let told: Told

beforeAll(async () => {
  const program = fileURLToPath(new URL('./foreign-csms.fixture.ts', import.meta.url))
  child = fork(program, [dir], { execArgv: ['--import', 'tsx'] })
  const [message] = (await once(child, 'message')) as [Told]
  told = message
}, 240_000)
afterAll(async () => {
  const ended = once(child, 'exit')
  child.disconnect()
  await ended
  rmSync(dir, { recursive: true, force: true })
}, 240_000)

/** Two stations for each security profile. */
function foreign(securityProfile: SecurityProfile, more: Partial<ForeignCsms> = {}): ForeignCsms {
  const own = told.stations.slice(2 * (securityProfile - 1), 2 * securityProfile)
  const [first] = own
  return {
    address: first?.addresses[securityProfile] ?? '',
    securityProfile,
    stations: own.map(({ stationId, keyPem, chainPem }) => ({
      stationId,
      ...(securityProfile === 3 ? { identity: identityOf(keyPem, chainPem, stationId) } : {}),
    })),
    roots: first?.roots ?? [],
    trigger: { url: told.trigger, authorization: 'Bearer of-the-test' },
    tokens: runTokens,
    ...more,
  }
}

/** Passwords differ from station to station, so one station at a time has the one that is given. */
function withPassword(securityProfile: 1 | 2): ForeignCsms {
  const { stations, ...rest } = foreign(securityProfile)
  const [first] = stations
  const station = told.stations.find(({ stationId }) => stationId === first?.stationId)
  return { ...rest, stations: stations.slice(0, 1), password: station?.password ?? '' }
}

const stepMillisMax = 30_000
const run = (csms: ForeignCsms, ids: readonly string[]) => {
  const { address: target } = csms
  const options = { role: 'csms', target, dir, ids, stepMillisMax, foreign: { csms } } as const
  return runConformance({ ...options, say: () => {} })
}
const verdicts = ({ cases }: RunReport) =>
  Object.fromEntries(cases.map(({ id, verdict, reason }) => [id, reason || verdict]))

test('a CSMS of another process is tested without TLS, and what it knows is not asked', async () => {
  const ids = ['TC_A_04_CSMS', 'TC_B_01_CSMS', 'TC_B_06_CSMS', 'TC_B_30_CSMS', 'TC_K_02_CSMS']
  const report = await run(withPassword(1), ids)
  expect(verdicts(report)).toEqual({
    TC_A_04_CSMS: 'needs TLS: security profile 2 or 3',
    TC_B_01_CSMS: 'passed',
    TC_B_06_CSMS: 'passed',
    TC_B_30_CSMS: 'needs a boot policy',
    TC_K_02_CSMS: 'passed',
  })
  const steps = report.cases.find(({ id }) => id === 'TC_B_06_CSMS')?.steps ?? []
  expect(steps.filter(({ verdict }) => verdict === 'notMade')).toMatchObject([
    { says: 'whoever asked for GetVariables is told what the station answered' },
    { says: 'the CSMS knows: the variables', actual: 'not made' },
  ])
  expect(steps).toContainEqual(
    expect.objectContaining({ says: 'GetVariables comes', verdict: 'passed' }),
  )
  expect(report.stepsNotMade).toBeGreaterThanOrEqual(4)
}, 240_000)

test('with a password over TLS', async () => {
  const ids = ['TC_A_03_CSMS', 'TC_A_08_CSMS', 'TC_A_09_CSMS']
  const after = ['TC_C_39_CSMS', 'TC_E_07_CSMS', 'TC_K_15_CSMS']
  expect(verdicts(await run(withPassword(2), [...ids, ...after]))).toEqual({
    TC_A_03_CSMS: 'passed',
    TC_A_08_CSMS: 'needs security profile 3',
    // It changes the password, with which the later ones connect.
    TC_A_09_CSMS: 'passed',
    TC_C_39_CSMS: 'passed',
    TC_E_07_CSMS: 'passed',
    TC_K_15_CSMS: 'passed',
  })
}, 240_000)

test('with certificates, two stations at once', async () => {
  const ids = ['TC_A_03_CSMS', 'TC_A_07_CSMS', 'TC_A_08_CSMS', 'TC_A_11_CSMS', 'TC_B_20_CSMS']
  expect(verdicts(await run(foreign(3), ids))).toEqual({
    TC_A_03_CSMS: 'needs security profile 2',
    TC_A_07_CSMS: 'passed',
    TC_A_08_CSMS: 'passed',
    TC_A_11_CSMS: 'passed',
    TC_B_20_CSMS: 'passed',
  })
}, 240_000)

test('a trigger that is refused, or goes nowhere, fails the case and says so', async () => {
  const url = told.trigger
  const refused = await run(foreign(3, { trigger: { url } }), ['TC_B_06_CSMS'])
  expect(refused).toMatchObject({ failed: 1, passed: 0 })
  const nowhere = { url: 'http://127.0.0.1:9/trigger' }
  const lost = await run(foreign(3, { trigger: nowhere }), ['TC_B_06_CSMS'])
  expect(verdicts(lost)['TC_B_06_CSMS']).toContain('POST 127.0.0.1:9')
}, 240_000)

test('a CSMS that is not there is said to be', async () => {
  const gone = foreign(3, { address: 'wss://127.0.0.1:9/ocpp' })
  await expect(run(gone, ['TC_B_01_CSMS'])).rejects.toMatchObject({ code: 'TargetUnreachable' })
})
