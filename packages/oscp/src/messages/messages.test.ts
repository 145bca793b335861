import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { at, bodies, forecast, messageNames, wireOf } from '../peers.fixture.ts'
import { oscpLimits } from '../limits.ts'
import { readBody, writeBody, type MessageName } from './table.ts'

test.each(messageNames)('%s is read as it was written', (name) => {
  expect(readBody(name, wireOf(name))).toEqual({ ok: true, value: bodies[name] })
})

const data = new URL('../../../../../shared/data/oscp/', import.meta.url)
const schemaOf: Record<MessageName, string> = {
  register: 'register',
  handshake: 'handshake',
  handshake_acknowledge: 'handshake-acknowledge',
  heartbeat: 'heartbeat',
  update_group_capacity_forecast: 'update-group-capacity-forecast',
  adjust_group_capacity_forecast: 'adjust-group-capacity-forecast',
  group_capacity_compliance_error: 'group-capacity-compliance-error',
  update_group_measurements: 'update-group-measurements',
  update_asset_measurements: 'update-asset-measurements',
}

/** Validators of the published schemas; `$id` of two files is not their name, so both are known. */
function published(): (name: MessageName, body: unknown) => string {
  const ajv = new Ajv({ strict: false })
  addFormats.default(ajv)
  const folder = new URL('schema-v20/', data)
  const base = 'http://www.openchargealliance.org/schemas/oscp/2.0/'
  for (const file of readdirSync(folder)) {
    const schema = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as { $id?: string }
    ajv.addSchema({ ...schema, $id: `${base}${file}` })
  }
  return (name, body) => {
    ajv.validate(`${base}${schemaOf[name]}.json`, body)
    return ajv.errorsText(ajv.errors)
  }
}

test.skipIf(!existsSync(data))(
  'every message validates against its published schema (skipped: ../shared/data/oscp is absent)',
  () => {
    const errors = published()
    for (const name of messageNames) {
      const wire = JSON.parse(wireOf(name)) as unknown
      expect(errors(name, wire), name).toBe('No errors')
    }
    expect(errors('heartbeat', {})).toMatch(/offline_mode_at/)
  },
)

test.skipIf(!existsSync(data))(
  'what the published schema requires is required here (skipped: ../shared/data/oscp is absent)',
  () => {
    const errors = published()
    for (const name of messageNames) {
      const wire = JSON.parse(wireOf(name)) as object
      for (const lacking of everyOmission(wire)) {
        const text = JSON.stringify(lacking)
        const permitted = errors(name, lacking) === 'No errors'
        expect(readBody(name, text).ok, `${name} ${text}`).toBe(permitted)
      }
    }
  },
)

/** The value with one member or item left out, at any depth. */
function everyOmission(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return []
  const entries = Object.entries(value as Record<string, unknown>)
  const rebuild = (kept: [string, unknown][]): unknown =>
    Array.isArray(value) ? kept.map(([, item]) => item) : Object.fromEntries(kept)
  return entries.flatMap(([key, member]) => [
    rebuild(entries.filter(([name]) => name !== key)),
    ...everyOmission(member).map((changed) =>
      rebuild(entries.map(([name, other]) => [name, name === key ? changed : other])),
    ),
  ])
}

test.skipIf(!existsSync(data))(
  'the published samples are read (skipped: ../shared/data/oscp is absent)',
  () => {
    const sample = (file: string) => readFileSync(new URL(file, data), 'utf8')
    expect(readBody('handshake', sample('handshake-01.json'))).toEqual({
      ok: true,
      value: { heartbeatSeconds: 60, measurements: ['CONTINUOUS'] },
    })
    const read = readBody(
      'update_group_capacity_forecast',
      sample('update-group-capacity-forecast-01.json'),
    )
    expect(read).toMatchObject({ ok: true, value: { group: 'abc123', type: 'CONSUMPTION' } })
  },
)

const block = { capacity: 1, phase: 'ALL', unit: 'KW', start_time: '', end_time: '' }
const blocks = (...times: [string, string, string?][]): string =>
  JSON.stringify({
    group_id: 'g',
    type: 'CONSUMPTION',
    forecasted_blocks: times.map(([start_time, end_time, phase = 'ALL']) => ({
      ...block,
      start_time,
      end_time,
      phase,
    })),
  })

test.each([
  ['no JSON', '{', 'BodyInvalid'],
  ['JSON that is too deep', '['.repeat(40), 'BodyInvalid'],
  ['no blocks', blocks(), 'BodyInvalid'],
  ['a time without a zone', blocks(['2026-01-01T00:00:00', '2026-01-01T00:15:00Z']), 'BodyInvalid'],
  ['a time that is none', blocks(['2026-01-01T00:00:00Z', '2026-13-01T00:15:00Z']), 'BodyInvalid'],
  ['a negative capacity', blocks().replace('[]', '[{"capacity":-1}]'), 'BodyInvalid'],
  [
    'a block that ends before it begins',
    blocks(['2026-01-01T00:15:00Z', '2026-01-01T00:00:00Z']),
    'TimesInvalid',
  ],
  [
    'blocks of one phase that overlap',
    blocks(
      ['2026-01-01T00:10:00Z', '2026-01-01T00:25:00Z'],
      ['2026-01-01T00:00:00Z', '2026-01-01T00:15:00Z'],
    ),
    'TimesInvalid',
  ],
])('a forecast with %s is refused', (_what, text, reason) => {
  expect(readBody('update_group_capacity_forecast', text)).toMatchObject({ ok: false, reason })
})

test('a meter cannot have been read before its counter began', () => {
  const [measurement] = bodies.update_group_measurements.measurements
  const measurements = measurement ? [{ ...measurement, since: at(61) }] : []
  const text = writeBody('update_group_measurements', { group: 'g', measurements })
  expect(readBody('update_group_measurements', text)).toMatchObject({ reason: 'TimesInvalid' })
})

test('blocks of different phases may be at one time, and are put in order', () => {
  const text = blocks(
    ['2026-01-01T00:15:00Z', '2026-01-01T00:30:00Z', 'ONE'],
    ['2026-01-01T00:00:00Z', '2026-01-01T00:15:00Z', 'ONE'],
    ['2026-01-01T00:00:00Z', '2026-01-01T00:30:00Z', 'TWO'],
  )
  const read = readBody('update_group_capacity_forecast', text)
  expect(read.ok && read.value.blocks.map(({ phase }) => phase)).toEqual(['ONE', 'TWO', 'ONE'])
})

test('more blocks than the limit are refused', () => {
  const many = (count: number) =>
    writeBody('update_group_capacity_forecast', {
      ...forecast,
      blocks: Array.from({ length: count }, (_, each) => ({
        capacity: 1,
        phase: 'ALL' as const,
        unit: 'W' as const,
        from: at(each),
        until: at(each + 1),
      })),
    })
  const read = (count: number) => readBody('update_group_capacity_forecast', many(count)).ok
  expect([read(oscpLimits.blocksMax), read(oscpLimits.blocksMax + 1)]).toEqual([true, false])
})

test('whatever JSON comes, it is read or refused, never thrown at', () => {
  fc.assert(
    fc.property(fc.constantFrom(...messageNames), fc.json(), (name, text) => {
      const read = readBody(name, text)
      expect(typeof read.ok).toBe('boolean')
    }),
    { numRuns: 500 },
  )
})
