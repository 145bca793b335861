import { readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { httpClient, loadIdentity, readText, temporaryDir } from '@interlock/host'
import { unobserved } from '@interlock/kernel'
import { afterAll, expect, test } from 'vitest'
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

/** What the register knows of the charger; the installer may ask. */
async function registered(): Promise<{ state?: string }> {
  const { ports } = JSON.parse(readFileSync(join(dir, 'street.json'), 'utf8')) as {
    ports: { supervisor: number }
  }
  const http = httpClient({
    identity: loadIdentity(join(dir, 'installer')),
    trust: { roots: [readText(join(dir, 'trust/charging-root.pem'))] },
    activity: unobserved,
  })
  const url = `https://127.0.0.1:${ports.supervisor}/api/v1/devices/ACACIA-001`
  const { body } = await http.request('GET', url)
  await http.close()
  return body as { state?: string }
}

const audited = (folder: string): readonly string[] =>
  readText(join(dir, folder, 'data/audit.jsonl'))
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { kind: string }).kind)

test(
  'a street’s parts, each a process of its own, commission a charger',
  { timeout: 120_000 },
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
      out: '{"chargers":1}\n',
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

    const all = children.flatMap(({ pid }) => processesOf(pid, dir))
    const [database, ...actors] = children
    for (const child of actors) child.kill('SIGINT')
    for (const child of actors) expect(await child.ended).toMatchObject({ code: 0 })
    database?.kill('SIGINT')
    expect(await database?.ended).toMatchObject({ code: 0 })
    expect(await remaining(all)).toEqual([])
  },
)
