import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { httpClient, loadIdentity, readText, temporaryDir } from '@interlock/host'
import { unobserved } from '@interlock/kernel'
import { clearStreet } from '@interlock/lab/folder'
import { afterAll, expect, test } from 'vitest'
import {
  eventually,
  freePair,
  processesOf,
  remaining,
  run,
  start,
  type Child,
} from './process.fixture.ts'

const dir = temporaryDir('interlock-cli')
const children: Child[] = []
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(dir, { recursive: true, force: true })
})

const data = join(dir, 'live')
const auditFiles = (): readonly string[] =>
  (readdirSync(data, { recursive: true }) as string[])
    .filter((path) => path.endsWith('audit.jsonl'))
    .map((path) => join(data, path))
const roots = ['charging', 'smart-meter'].flatMap((name) => [
  '--roots',
  join(data, `trust/${name}-root.pem`),
])

type Charger = {
  readonly stationId: string
  readonly connected: boolean
  readonly meterWattHours: number
  readonly transactionId: string | null
}

/** The chargers as the CSMS knows them, asked with the web's identity. */
async function chargers(): Promise<readonly Charger[]> {
  const { ports } = JSON.parse(readFileSync(join(data, 'street.json'), 'utf8')) as {
    ports: { csms: number }
  }
  const http = httpClient({
    identity: loadIdentity(join(data, 'web/charging')),
    trust: { roots: [readText(join(data, 'trust/charging-root.pem'))] },
    activity: unobserved,
  })
  const url = `https://127.0.0.1:${ports.csms}/api/v1/stations`
  const { body } = await http.request('GET', url)
  await http.close()
  return (body as { readonly items: readonly Charger[] }).items
}

/** Starts the street of this file, or goes on with it; resolves when its page is served. */
async function live(speed: number): Promise<Child> {
  const port = await freePair()
  const args = ['--stations', '2', '--data', data, '--port', `${port}`, '--speed', `${speed}`]
  const child = start(['demo', ...args, '--json'])
  children.push(child)
  await child.shows('"console"')
  const { console: page } = JSON.parse(child.out()) as { console: string }
  expect((await fetch(page)).status).toBe(200)
  return child
}

const charging = (): Promise<readonly Charger[]> =>
  eventually(async () => {
    const all = await chargers()
    return all.every(({ meterWattHours }) => meterWattHours > 0) ? all : undefined
  })

const connected = (): Promise<readonly Charger[]> =>
  eventually(async () => {
    const all = await chargers()
    return all.every((each) => each.connected) ? all : undefined
  })

function expectNothingLost(before: readonly Charger[], after: readonly Charger[]): void {
  for (const [index, { stationId, meterWattHours, transactionId }] of before.entries()) {
    const now = after[index]
    expect(now).toMatchObject({ stationId, transactionId })
    expect(now?.meterWattHours).toBeGreaterThanOrEqual(meterWattHours)
  }
}

test(
  'Ctrl-C and SIGKILL leave no process behind and lose nothing',
  { timeout: 420_000 },
  async () => {
    const first = await live(600)
    const charged = await charging()
    const ofFirst = processesOf(first.pid, data)
    expect(ofFirst.some(({ command }) => command.includes('postgres'))).toBe(true)
    first.kill('SIGINT')
    expect(await first.ended).toMatchObject({ code: 0 })
    expect(await remaining(ofFirst)).toEqual([])

    const second = await live(60)
    const goneOn = await connected()
    expectNothingLost(charged, goneOn)
    // What cannot be written is told, and the street goes on.
    const kept = join(data, 'world-clock.json')
    rmSync(kept)
    mkdirSync(join(kept, 'in-the-way'), { recursive: true })
    await second.shows('where the world stands is not kept')
    rmSync(kept, { recursive: true })
    await eventually(() => (existsSync(kept) ? true : undefined))
    expectNothingLost(goneOn, await connected())
    const rival = await run('demo', '--reset', '--data', data, '--port', `${await freePair()}`)
    expect(rival).toMatchObject({ code: 3 })
    expect(rival.err).toContain('is using this data folder')
    const ofSecond = processesOf(second.pid, data)
    second.kill('SIGKILL')
    await second.ended
    expect(await remaining(ofSecond)).toEqual([])

    const third = await live(60)
    expectNothingLost(goneOn, await connected())
    third.kill('SIGTERM')
    expect(await third.ended).toMatchObject({ code: 0 })
  },
)

test('every audit file of that street verifies offline; an edited one is told by line and reason', async () => {
  const whole = await run('audit', 'verify', ...auditFiles(), ...roots, '--json')
  expect(whole).toMatchObject({ code: 0 })
  expect(JSON.parse(whole.out)).toMatchObject({ verified: true })
  expect(auditFiles().length).toBeGreaterThan(14)

  const edited = join(dir, 'edited.jsonl')
  const lines = readFileSync(join(data, 'csms/data/audit.jsonl'), 'utf8').split('\n')
  writeFileSync(edited, lines.with(1, lines[1]?.replace('"seq":2', '"seq":9') ?? '').join('\n'))
  const told = await run('audit', 'verify', edited)
  expect(told).toMatchObject({ code: 1 })
  expect(told.out).toContain(`${edited}:2: Edited: the record is not the one that was written`)
  const others = ['--roots', join(data, 'trust/smart-meter-root.pem')]
  const distrusted = await run('audit', 'verify', join(data, 'csms/data/audit.jsonl'), ...others)
  expect(distrusted).toMatchObject({ code: 1 })
  expect(distrusted.out).toContain('CheckpointInvalid')
})

test('a reset removes the street and nothing else', async () => {
  writeFileSync(join(data, 'notes.txt'), 'mine')
  await clearStreet(data)
  expect(readdirSync(data)).toEqual(['notes.txt'])
  await expect(clearStreet(data)).rejects.toMatchObject({ code: 'FolderNotOurs' })
  expect(existsSync(join(data, 'notes.txt'))).toBe(true)
})
