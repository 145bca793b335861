import { rmSync } from 'node:fs'
import { describeInterface } from '@interlock/csms'
import { httpClient, temporaryDir, type HttpClient } from '@interlock/host'
import { unobserved } from '@interlock/kernel'
import type { TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openAuthority } from './peer-subject.ts'
import { openThoughtlessPeer, type ThoughtlessPeer } from './thoughtless-peer.ts'

type Operation = { responses: { '2XX': { content: { 'application/json': { schema: TSchema } } } } }
type Description = { openapi: string; paths: Record<string, Record<string, Operation>> }

/** As a client would get it: JSON. */
const { openapi, paths } = JSON.parse(JSON.stringify(describeInterface())) as Description
const reads = Object.entries(paths).flatMap(([path, { get }]) =>
  get === undefined || path === '/openapi.json'
    ? []
    : [[path, get.responses['2XX'].content['application/json'].schema] as const],
)
/** What a CSMS that has just been installed cannot answer. */
const nowhere = [
  '/api/v1/tariff',
  '/api/v1/capacity/{group}',
  '/api/v1/knocks/{id}',
  '/api/v1/stations/{id}/owner-keys',
  '/api/v1/stations/{id}/charging-hours',
  '/api/v1/stations/{id}/transactions/{transactionId}',
  '/api/v1/stations/{id}/transactions/{transactionId}/events',
]

const dir = temporaryDir('interlock-fresh-state')
const kinds = ['null', 'relay'] as const
const peers = new Map<(typeof kinds)[number], ThoughtlessPeer>()
let http: HttpClient

beforeAll(async () => {
  const { own, trust, close } = openAuthority(dir)
  for (const kind of kinds) peers.set(kind, await openThoughtlessPeer(kind, own))
  http = httpClient({ trust, activity: unobserved })
  close()
})
afterAll(async () => {
  await http.close()
  for (const peer of peers.values()) await peer.close()
  rmSync(dir, { recursive: true, force: true })
})

test('the description is one of OpenAPI 3.1, and says what each read answers', () => {
  expect(openapi).toMatch(/^3\.1\./)
  expect(reads.filter(([, schema]) => Object.keys(schema).length === 0)).toEqual([])
})

test.each(kinds)('%s shows the state of a fresh installation, as it is described', async (kind) => {
  for (const [path, schema] of reads) {
    const url = `${peers.get(kind)?.rest}${path.replaceAll(/\{[A-Za-z]+\}/g, 'CS-1')}`
    const { status, body } = await http.request('GET', url)
    expect(status, path).toBe(nowhere.includes(path) ? 404 : 200)
    if (status === 200) expect([...Value.Errors(schema, body)], path).toEqual([])
  }
})

test('whatever is done, the same state is shown', async () => {
  const base = peers.get('relay')?.rest
  const read = () => http.request('GET', `${base}/api/v1/stations/CS-1/variables`)
  const before = await read()
  await http.request('POST', `${base}/api/v1/stations/CS-1/commands/GetVariables`, {})
  expect(await read()).toEqual(before)
})

test('an answer that is none as described is noticed', () => {
  const schemaOf = (path: string) => reads.find(([each]) => each === path)?.[1] ?? {}
  const variables = schemaOf('/api/v1/stations/{id}/variables')
  expect(Value.Check(variables, { items: [] })).toBe(false)
  expect(Value.Check(variables, { items: [{}], next: null })).toBe(false)
  expect(Value.Check(schemaOf('/api/v1/stations/{id}'), { stationId: 'CS-1' })).toBe(false)
})
