import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { freePort, identityOf, temporaryDir } from '@interlock/host'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { homeOf } from '../../street/address-book.ts'
import { runConformance } from '../conformance.ts'
import { createCertificates } from './certificates.ts'
import type { Errand } from './foreign-station.fixture.ts'
import type { ForeignStation } from './foreign-station.ts'

const dir = temporaryDir('interlock-foreign-station')
const certificates = createCertificates()
const { stationId, station: eui } = homeOf(1)
const made = certificates.station(stationId, eui)
const password = 'a-password-of-a-station'
let child: ChildProcess
let gone: Promise<never>

beforeAll(() => {
  const program = fileURLToPath(new URL('./foreign-station.fixture.ts', import.meta.url))
  child = fork(program, [dir], { execArgv: ['--import', 'tsx'] })
  gone = new Promise((_resolve, reject) =>
    child.once('exit', () => reject(new Error('the station has ended'))),
  )
  gone.catch(() => {})
})
afterAll(async () => {
  const ended = once(child, 'exit')
  child.disconnect()
  await ended
  rmSync(dir, { recursive: true, force: true })
}, 240_000)

const tell = (errand: Errand): Promise<true> => {
  const done = new Promise<true>((resolve) => child.once('message', () => resolve(true)))
  child.send(errand)
  return Promise.race([done, gone])
}

/** The person at the station, who can do some of what is asked and reads no more than the words. */
const person =
  (securityProfile: 1 | 2 | 3) =>
  async (words: string): Promise<boolean> => {
    const [, address] = /^Set station \S+ up for (\S+), security profile/.exec(words) ?? []
    if (address !== undefined) {
      const named = [...words.matchAll(/([A-Za-z0-9.]+) = ([^,]+)/g)]
      const variables = Object.fromEntries(named.map(([, name = '', value = '']) => [name, value]))
      const rootPem = certificates.rootPem
      const way = { securityProfile, address, password, rootPem, variables }
      return tell({ does: 'sets up', way, made })
    }
    if (words.startsWith('Plug a vehicle in')) return tell({ does: 'plugs in' })
    if (words.startsWith('Cut the power')) return tell({ does: 'loses power' })
    const [, idToken] = /^Show the token (\S+) \(ISO14443\)/.exec(words) ?? []
    return idToken !== undefined && tell({ does: 'presents', idToken, type: 'ISO14443' })
  }

async function run(securityProfile: 1 | 2 | 3, ids: readonly string[]) {
  const host = '127.0.0.1'
  const port = await freePort(host)
  const { key, cert } = certificates.server(2)
  const station: ForeignStation = {
    stationId,
    place: {
      address: `${securityProfile === 1 ? 'ws' : 'wss'}://${host}:${port}/ocpp`,
      host,
      port,
    },
    securityProfile,
    password,
    ...(securityProfile === 1
      ? {}
      : { identity: identityOf(String(key), String(cert), 'the runner') }),
    roots: [certificates.rootPem],
    ask: person(securityProfile),
  }
  const target = station.place.address
  const options = { role: 'station', target, dir, ids, foreign: { station } } as const
  const { cases } = await runConformance({ ...options, say: () => {} })
  return Object.fromEntries(cases.map(({ id, verdict, reason }) => [id, reason || verdict]))
}

test('a station of another process is tested without TLS, with a person at it', async () => {
  const ids = ['TC_A_09_CS', 'TC_B_20_CS', 'TC_F_01_CS', 'TC_F_08_CS', 'TC_L_01_CS', 'TC_N_35_CS']
  expect(await run(1, ids)).toEqual({
    TC_A_09_CS: 'passed',
    TC_B_20_CS: 'passed',
    TC_F_01_CS: 'passed',
    // This person cannot.
    TC_F_08_CS: 'needs someone who can do this: Unplug the vehicle at EVSE 1, at both ends',
    TC_L_01_CS: 'needs firmware for this station',
    TC_N_35_CS: 'passed',
  })
}, 240_000)

test('over TLS, with a password and with its certificate', async () => {
  expect(await run(2, ['TC_A_09_CS', 'TC_B_06_CS'])).toEqual({
    TC_A_09_CS: 'passed',
    TC_B_06_CS: 'passed',
  })
  expect(await run(3, ['TC_B_06_CS'])).toEqual({ TC_B_06_CS: 'passed' })
}, 240_000)
