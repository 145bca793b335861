import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { httpClient, loadIdentity, readText, temporaryDir } from '@interlock/host'
import { unobserved } from '@interlock/kernel'
import { afterAll, expect, test, vi } from 'vitest'
import { main } from './main.ts'
import { eventually, processesOf, remaining, run, start, type Child } from './process.fixture.ts'

const dir = temporaryDir('interlock-one-by-one')
const children: Child[] = []
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(dir, { recursive: true, force: true })
})

/** Starts a part of the street and waits until it is up. */
async function up(...args: readonly string[]): Promise<Child> {
  const child = start(args, { LOG_LEVEL: 'info' })
  children.push(child)
  await child.shows(args[0] === 'database' ? 'is ready on port' : '"msg":"started"')
  return child
}
const config = (folder: string): [string, string] => ['--config', join(dir, folder, 'config.json')]

const portOf = (name: string): number => {
  const street = readFileSync(join(dir, 'street.json'), 'utf8')
  return (JSON.parse(street) as { ports: Record<string, number> }).ports[name] ?? 0
}
const root = () => readText(join(dir, 'trust/charging-root.pem'))

/** What a server of the street answers to who has the identity in `folder`. */
async function asked(
  [folder, server, method]: readonly [string, string, string],
  path: string,
  body?: object,
): Promise<{ status: number; body: unknown }> {
  const identity = loadIdentity(join(dir, folder))
  const http = httpClient({ identity, trust: { roots: [root()] }, activity: unobserved })
  try {
    return await http.request(method, `https://127.0.0.1:${portOf(server)}/api/v1${path}`, body)
  } finally {
    await http.close()
  }
}

/** What the register knows of the charger; the installer may ask. */
const registered = async () =>
  (await asked(['installer', 'supervisor', 'GET'], '/devices/ACACIA-001')).body

/** A station that nobody here has heard of asks to connect, and is refused. */
const knock = (id: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const headers = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
      'sec-websocket-protocol': 'ocpp2.0.1',
      authorization: `Basic ${Buffer.from(`${id}:a-password-of-a-station`).toString('base64')}`,
    }
    const address = { host: '127.0.0.1', port: portOf('csms/ocpp2'), path: `/ocpp/${id}` }
    const asking = request({
      ...address,
      headers,
      ca: root(),
      checkServerIdentity: () => undefined,
    })
    asking.once('response', (answer) => (answer.resume(), resolve(answer.statusCode ?? 0)))
    asking.once('error', reject).end()
  })

/** One command line in this process: its exit code, and what it printed. */
async function told(...args: readonly string[]): Promise<{ code: number; out: unknown }> {
  const written: string[] = []
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text))
    return true
  })
  try {
    const code = await main([...args, '--data', dir, '--json'])
    return { code, out: JSON.parse(written.join('')) as unknown }
  } finally {
    write.mockRestore()
  }
}

const audited = (folder: string): readonly string[] =>
  readText(join(dir, folder, 'data/audit.jsonl'))
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { kind: string }).kind)

test(
  'a street’s parts, each a process of its own, commission a charger',
  { timeout: 300_000 },
  async () => {
    const made = await run('init', '--data', dir, '--stations', '1', '--json')
    expect(made).toMatchObject({ code: 0 })
    expect(JSON.parse(made.out)).toMatchObject({ stations: 1, data: dir })
    expect(statSync(join(dir, 'street.json')).mode & 0o077).toBe(0)

    await up('database', '--data', dir)
    await Promise.all([
      up('authority', ...config('authority')),
      up('supervisor', ...config('supervisor')),
      up('dcc', ...config('dcc')),
      up('csms', ...config('csms')),
    ])
    expect(await run('installer', '--data', dir, '--json')).toMatchObject({
      code: 0,
      out: '{"chargers":1,"topics":false}\n',
    })
    expect(await registered()).toMatchObject({ state: 'prenotified' })
    const again = await run('database', '--data', dir)
    expect(again).toMatchObject({ code: 3 })
    expect(again.err).toContain('is using this data folder')

    await up('hub', ...config('homes/1/hub'))
    await Promise.all([
      up('meter', ...config('homes/1/meter')),
      up('llcs', ...config('homes/1/llcs')),
      up('station', ...config('homes/1/station')),
    ])
    await eventually(() => audited('homes/1/station').includes('CertificateInstalled') || undefined)
    expect(await registered()).toMatchObject({ serialHex: expect.any(String) as string })
    // With its certificate it comes back, by security profile 3.
    await eventually(() => {
      const kinds = audited('csms')
      return kinds.indexOf('CertificateDelivered') < kinds.lastIndexOf('Connected') || undefined
    })

    const stranger = 'STRANGER-1'
    expect(await knock(stranger)).toBe(404)
    const reason = 'the station is not in the database'
    expect(await told('stations', 'knocking')).toMatchObject({
      code: 0,
      out: {
        knocks: expect.arrayContaining([
          expect.objectContaining({ id: stranger, times: 1, reason, securityProfile: 2 }),
        ]) as unknown,
      },
    })
    expect(await told('stations', 'adopt', stranger)).toMatchObject({
      code: 1,
      out: { ok: false, reason: 'DeviceUnknown' },
    })
    const { body: home } = await asked(['installer', 'supervisor', 'GET'], '/devices/ACACIA-001')
    const { firmwareSha256, region, feeder, csms, ratingWatts } = home as Record<string, unknown>
    const entry = { firmwareSha256, region, feeder, csms, ratingWatts, trustMode: 'standard' }
    const eui = '02-00-00-01-00-00-FF-FF'
    const notice = { ...entry, stationId: stranger, eui, secretSha256: 'ab'.repeat(32) }
    expect(await asked(['installer', 'supervisor', 'POST'], '/devices', notice)).toMatchObject({
      status: 201,
    })
    // The console is the operator's own as well: it sees what may be adopted.
    expect(await asked(['web/charging', 'csms', 'GET'], `/knocks/${stranger}`)).toMatchObject({
      status: 200,
      body: { barred: null, register: { trustMode: 'standard', eui } },
    })
    const passwordFile = join(dir, 'homes', 'password')
    writeFileSync(passwordFile, 'a-password-of-a-station\n')
    const proof = ['--security-profile', '2', '--password-file', passwordFile]
    expect(await told('stations', 'adopt', stranger, ...proof)).toMatchObject({
      code: 0,
      out: { stationId: stranger, trustMode: 'standard', securityProfile: 2 },
    })
    expect(audited('csms')).toContain('StationAdopted')
    const { out: left } = await told('stations', 'knocking')
    expect((left as { knocks: { id: string }[] }).knocks.map(({ id }) => id)).not.toContain(
      stranger,
    )

    const all = children.flatMap(({ pid }) => processesOf(pid, dir))
    const [database, ...actors] = children
    for (const child of actors) child.kill('SIGINT')
    for (const child of actors) expect(await child.ended).toMatchObject({ code: 0 })
    database?.kill('SIGINT')
    expect(await database?.ended).toMatchObject({ code: 0 })
    expect(await remaining(all)).toEqual([])
  },
)
