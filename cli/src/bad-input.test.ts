import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { temporaryDir } from '@interlock/host'
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'
import { main } from './main.ts'
import { freePair, run } from './process.fixture.ts'

const dir = temporaryDir('interlock-bad-input')
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const file = (name: string, text: string): string => {
  const path = join(dir, name)
  writeFileSync(path, text)
  return path
}
const tariff = file('tariff.csv', '2020-01-01T00:00:00Z,10\n2020-01-01T00:30:00Z,dear\n')
const shortTariff = file('short.csv', '2020-01-01T00:00:00Z,10\n')
const sessions = file('sessions.csv', 'when,how long\n')
const frequency = file('frequency.csv', '2019-08-09 15:00:00,50.0\n2019-08-09 15:00:01,5000\n')
const noReadings = file('no-readings.csv', 'time,hertz\n')
const noise = file('noise.csv', '\u0000?*\u0001 neither a time nor a number')
const empty = file('empty.csv', '')
const script = file('script.jsonl', '{"at":0,"do":"explode"}\n')
const config = file('config.json', '{"actor":"csms"}')
const hash = 'ab'.repeat(32)
const llcs = '02-00-00-02-00-00-00-01'
const strangers = join(dir, 'strangers')
mkdirSync(strangers)
writeFileSync(join(strangers, 'thesis.txt'), 'years of work')
const kept = join(dir, 'kept')

/** An end of someone else that cannot be tested so. */
function foreignEnds(): readonly (readonly [string, number, string, readonly string[]])[] {
  const run = (...args: readonly string[]) => ['conformance', 'run', ...args]
  const csms = (...args: readonly string[]) => run('--target', 'ws://127.0.0.1:9/ocpp', ...args)
  const known = ['--station', 'CS-1', '--password-file', script]
  const trigger = ['--trigger', 'http://127.0.0.1:9/']
  return [
    ['a target that is none', 2, '--target: self, null', run('--target', 'http://x/')],
    ['a target with a user', 2, 'without a user', run('--target', 'ws://me:secret@x/ocpp')],
    ['a trigger for our own CSMS', 2, '--trigger is for an end of', run(...trigger)],
    ['a foreign CSMS that knows no station', 2, '--station ID is needed', csms(...trigger)],
    ['a foreign CSMS without a trigger', 2, '--trigger URL is needed', csms(...known)],
    [
      'security profile 3 without TLS',
      2,
      '2 and 3 are for wss',
      csms(...known, ...trigger, '--security-profile', '3'),
    ],
    [
      'TLS without a root',
      2,
      '--trust FILE is needed',
      run('--target', 'wss://127.0.0.1:9/ocpp', ...known, ...trigger),
    ],
    [
      'a certificate for one station of two',
      2,
      '--identity DIR is needed once for each',
      run(
        '--target',
        'wss://127.0.0.1:9/ocpp',
        '--security-profile=3',
        ...trigger,
        '--station=CS-1',
        '--station=CS-2',
        '--identity',
        dir,
      ),
    ],
    ['tokens that are none', 3, `${config}: `, csms(...known, ...trigger, '--tokens', config)],
    ['a foreign CSMS that is not there', 3, 'ws://127.0.0.1:9/ocpp: ', csms(...known, ...trigger)],
    [
      'a foreign station and nobody at it',
      2,
      'a person at a terminal is needed',
      csms('--role', 'station', ...known),
    ],
    [
      'a trigger for a station',
      2,
      '--trigger is for the CSMS role',
      csms('--role', 'station', ...known, ...trigger),
    ],
  ]
}

/** Each must say what is wrong and what to do, and start nothing. */
const cases: readonly (readonly [string, number, string, readonly string[]])[] = [
  ['an unknown command', 2, 'there is no command “demos”', ['demos']],
  ['half a command', 2, 'gbcs: which of these?', ['gbcs']],
  ['an unknown command of a group', 2, 'there is no command “duis make”', ['duis', 'make']],
  ['an unknown option', 2, 'unknown option --sead', ['demo', '--sead', '1']],
  ['a stray word', 2, '“now” is not expected here', ['demo', 'now']],
  ['too many stations', 2, '--stations: a whole number from 1', ['demo', '--stations', '0']],
  ['a day without a tariff', 2, 'there is none', ['demo', '--tariff-day', '2020-05-23']],
  ['a reset of nothing', 2, '--reset needs --data', ['demo', '--once', '--reset']],
  [
    'controls that an actor cannot switch',
    2,
    'unknown option --controls',
    ['station', '--controls', 'off'],
  ],
  ['a script for nothing', 2, 'which configuration?', ['station', '--script', script]],
  [
    'a script that is none',
    3,
    `${script}:1: is no step of a script`,
    ['station', '--config', config, '--script', script],
  ],
  ['an actor without a config', 2, 'interlock station --config FILE', ['station']],
  ['a config that is not there', 3, 'none.json: does not exist', ['hub', '--config', 'none.json']],
  ['a config that lacks a field', 3, 'config.json: ', ['csms', '--config', config]],
  ...foreignEnds(),
  [
    'a page that is none',
    3,
    '“sign.example” is no origin',
    ['arm-module', '--page', 'sign.example'],
  ],
  [
    'a page that is not there',
    3,
    'cannot be reached',
    ['arm-module', '--page', 'http://127.0.0.1:9'],
  ],
  ['controllers of no device', 2, 'which one device?', ['controllers', 'switch', 'CS-1']],
  [
    'a load that is not there',
    2,
    '--controller: a whole number from 1 to 5',
    ['controllers', 'switch', llcs, '--controller', '6', '--to', 'on'],
  ],
  [
    'a load that is switched nowhere',
    2,
    'on or off?',
    ['controllers', 'switch', llcs, '--controller', '1'],
  ],
  [
    'a calendar that is none',
    3,
    `${config}: `,
    ['controllers', 'calendar', llcs, '--calendar', config],
  ],
  [
    'nobody to sign',
    2,
    '--certificate FILE',
    ['controllers', 'switch', llcs, '--controller=1', '--to=on'],
  ],
  ['devices that are none', 2, 'which one device?', ['devices', 'decommission', 'CS-1']],
  ['an image without a hash', 2, 'which image?', ['devices', 'firmware', llcs, '--hash', 'ab']],
  [
    'an image at no time',
    2,
    '--at: a time in whole seconds',
    ['devices', 'firmware', llcs, '--hash', hash, '--at', 'noon'],
  ],
  [
    'an image handed over at a date',
    2,
    'not both',
    'devices firmware --at 2026-01-05T18:00:00Z --local x --hash'.split(' ').concat(hash, llcs),
  ],
  ['a notice that is none', 3, `${config}: `, ['devices', 'notify', llcs, '--notice', config]],
  ['a notice that is not given', 2, '--notice FILE', ['devices', 'notify', llcs]],
  ['an answer to nothing', 2, 'to which request?', ['devices', 'answer', llcs]],
  [
    'an answer that is none',
    2,
    `${noise}: is neither hex nor base64`,
    ['devices', 'answer', llcs, '--counter', '1', '--response', noise],
  ],
  ['loads put off for how long?', 2, '--seconds N', ['controllers', 'offset', llcs]],
  [
    'loads put off for too long',
    2,
    '--seconds: a whole number from 0 to 1799',
    ['controllers', 'offset', llcs, '--seconds', '1800'],
  ],
  ['audit files that are not named', 2, 'which file?', ['audit', 'verify']],
  [
    'an audit file that is not there',
    3,
    'none.jsonl: does not exist',
    ['audit', 'verify', 'none.jsonl'],
  ],
  ['a folder that is not named', 2, '--data DIR is needed', ['init']],
  ['a folder without a street', 3, 'interlock init --data', ['database', '--data', kept]],
  ['a tariff that is not there', 3, 'none.csv', ['demo', '--once', '--tariff', 'none.csv']],
  ['a bad price', 3, `${tariff}:2: “dear” is not a price`, ['demo', '--once', '--tariff', tariff]],
  [
    'a tariff with gaps',
    3,
    `${shortTariff}: it has no price for`,
    ['demo', '--once', '--tariff', shortTariff],
  ],
  ['sessions of another shape', 3, `${sessions}:1: `, ['demo', '--once', '--sessions', sessions]],
  ...[noReadings, noise, empty].map(
    (each) =>
      [
        'a record of no frequency',
        3,
        `${each}: `,
        ['llcs', 'replay', '--frequency', each],
      ] as const,
  ),
  [
    'a band that is given twice',
    2,
    '--band: 0.2 is given twice',
    ['llcs', 'replay', '--frequency', frequency, '--band', '0.2', '--band=0.20'],
  ],
  ['a frequency that is none', 3, `${frequency}:2: `, ['demo', '--once', '--frequency', frequency]],
  ['somebody’s folder', 3, 'holds “thesis.txt” and no street', ['demo', '--data', strangers]],
  ['a reset of somebody’s folder', 3, 'thesis.txt', ['demo', '--reset', '--data', strangers]],
]

let out = ''
let err = ''
beforeEach(() => {
  out = err = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += text), true))
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((err += text), true))
})
afterEach(() => vi.restoreAllMocks())

test.each(cases)('%s: exit %i and words', async (_what, code, words, args) => {
  const withData = args[0] === 'demo' && !args.includes('--data') && !args.includes('--once')
  const exitCode = await main([...args, ...(withData ? ['--data', kept] : []), '--json'])
  expect({ exitCode, err }).toEqual({
    exitCode: code,
    err: expect.stringContaining(words) as string,
  })
  for (const line of out
    .trim()
    .split('\n')
    .filter((each) => each !== ''))
    expect(JSON.parse(line)).toMatchObject({ error: { code: expect.any(String) as string } })
  expect(readdirSync(strangers)).toEqual(['thesis.txt'])
  expect(readdirSync(dir)).not.toContain('kept')
})

test('the exit code reaches the shell', async () => {
  const [bad, usage] = await Promise.all([
    run('demo', '--once', '--tariff', tariff, '--json'),
    run('station', '--controls', 'off'),
  ])
  expect(bad).toMatchObject({ code: 3 })
  expect(JSON.parse(bad.out)).toMatchObject({
    error: { code: 'BadLine', message: `${tariff}:2: “dear” is not a price` },
  })
  expect(usage).toMatchObject({ code: 2, out: '' })
  expect(usage.err).toContain('unknown option --controls')
})

test('a console port, or the arm page’s above it, that is taken is named', async () => {
  const port = await freePair()
  const server = createServer()
  await new Promise<void>((resolve) => {
    server.listen(port + 1, '127.0.0.1', () => resolve())
  })
  const demo = await run('demo', '--data', kept, '--port', `${port}`, '--json')
  const doctor = await run('doctor', '--data', kept, '--port', `${port}`, '--json')
  server.close()
  expect(demo).toMatchObject({ code: 3 })
  expect(demo.err).toContain(`port ${port + 1} of 127.0.0.1 is taken`)
  expect(JSON.parse(demo.out)).toMatchObject({ error: { code: 'PortTaken' } })
  expect(doctor.code).toBe(3)
  expect(JSON.parse(doctor.out)).toMatchObject({ ready: false })
  expect(doctor.out).toContain('use --port')
  expect(readdirSync(dir)).not.toContain('kept')
})

test('doctor names each thing it looked at, and whether the street can run', async () => {
  const port = await freePair()
  const { code, out } = await run('doctor', '--data', kept, '--port', `${port}`, '--json')
  const { ready, findings } = JSON.parse(out) as {
    ready: boolean
    findings: { name: string; status: string; remedy?: string }[]
  }
  expect({ code, ready }).toEqual({ code: 0, ready: true })
  expect(findings.map(({ name }) => name)).toEqual([
    'Node',
    'npm packages',
    'OCPP validators',
    'pages',
    'PostgreSQL',
    'data folder',
    'console',
    'arm page',
    'Chromium',
  ])
})

test.skipIf(process.getuid?.() !== 0)(
  'root with a home that the database’s user cannot enter is told what to open',
  async () => {
    const home = join(dir, 'home')
    mkdirSync(home)
    chmodSync(home, 0o700)
    const data = join(home, 'street')
    const doctor = await run('doctor', '--data', data)
    expect(doctor.code).toBe(3)
    expect(doctor.out).toContain(`chmod o+x ${home}`)
    const demo = await run('demo', '--once', '--stations', '1', '--data', data)
    expect(demo.code).toBe(3)
    expect(demo.err).toContain(`chmod o+x ${home}`)
  },
)

test('the version comes at once', async () => {
  const began = performance.now()
  const { code, out } = await run('version', '--json')
  expect(code).toBe(0)
  expect(JSON.parse(out)).toMatchObject({ node: process.version })
  expect(performance.now() - began).toBeLessThan(20_000)
})
