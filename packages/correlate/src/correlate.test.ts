import { buildRequest, type ServiceRequest } from '@interlock/duis'
import { encodePreCommand, type Command } from '@interlock/gbcs'
import { eui64, euiFromBytes, fromIso, instant, utf8 } from '@interlock/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { correlate } from './index.ts'

const originator = eui64('90-B3-D5-1F-30-01-00-00')
const target = eui64('00-DB-12-34-56-78-90-A0')
const at = (text: string) => fromIso(text) ?? instant(0)
const addressed = { originator, target, counter: 70_000n }
const period = { from: at('2026-01-05T18:00:00Z'), until: at('2026-01-05T20:30:00Z') }
const load = { controller: 2, direction: 'import', levelPercent: 80, ...period } as const
const prices = [15_300, -2_000, 0, 99_000]
const tariff = { version: 4, from: at('2026-01-05T00:00:00Z'), prices }

const loadRequest = buildRequest({
  ...addressed,
  service: '7.13',
  commandVariant: 4,
  body: { kind: 'loadControl', ...load },
})
const limitRequest = buildRequest({
  ...addressed,
  service: '7.16',
  commandVariant: 4,
  body: { kind: 'loadControl', ...load },
})
const tariffRequest = buildRequest({
  ...addressed,
  service: '1.1.1',
  commandVariant: 4,
  body: { kind: 'tariff', ...tariff },
})
const offsetRequest = buildRequest({
  ...addressed,
  service: '7.12',
  commandVariant: 4,
  body: { kind: 'offsetLimit', limitSeconds: 600 },
})
const offsetCommand: Command = { useCase: 'ECS38', ...addressed, limitSeconds: 600 }
const loadCommand: Command = { useCase: 'ECS47a', ...addressed, ...load }
const tariffCommand: Command = { useCase: 'UpdateHalfHourlyTariff', ...addressed, ...tariff }
const outcome = (request: string, bytes: Uint8Array): string => {
  const result = correlate(request, bytes)
  return result.ok ? result.value : result.reason
}

test('a pre-command that says what was asked for matches', () => {
  expect(outcome(loadRequest, encodePreCommand(loadCommand))).toBe('matches')
  expect(outcome(limitRequest, encodePreCommand({ ...loadCommand, useCase: 'ECS47e' }))).toBe(
    'matches',
  )
  expect(outcome(tariffRequest, encodePreCommand(tariffCommand))).toBe('matches')
  expect(outcome(offsetRequest, encodePreCommand(offsetCommand))).toBe('matches')
})

test('another random offset, and load control in its place, are found', () => {
  const other = encodePreCommand({ ...offsetCommand, limitSeconds: 0 })
  expect(outcome(offsetRequest, other)).toBe('OffsetLimit')
  expect(outcome(offsetRequest, encodePreCommand(loadCommand))).toBe('MessageCode')
})

const other = eui64('00-00-00-00-00-00-00-01')
const changes: readonly (readonly [string, object])[] = [
  ['Originator', { originator: other }],
  ['Target', { target: other }],
  ['Counter', { counter: 70_001n }],
  ['MessageCode', { useCase: 'ECS47e' }],
  ['Controller', { controller: 3 }],
  ['Direction', { direction: 'export' }],
  ['Level', { levelPercent: 81 }],
  ['Start', { from: at('2026-01-05T18:00:01Z') }],
  ['End', { until: at('2026-01-05T20:30:01Z') }],
]

test.each(changes)('a change of %s is found', (mismatch, change) => {
  const changed = { ...loadCommand, ...change } as Command
  expect(outcome(loadRequest, encodePreCommand(changed))).toBe(mismatch)
})

const document = utf8('{"tariff":"one price"}')
const documentRequest = buildRequest({
  ...addressed,
  service: '1.1.1',
  commandVariant: 4,
  body: { kind: 'tariffDocument', version: 4, document },
})
const documentCommand: Command = {
  useCase: 'UpdateTariffDocument',
  ...addressed,
  version: 4,
  document,
}

test('a tariff document is compared byte for byte, and with nothing else beside it', () => {
  const changed = (change: object) =>
    outcome(documentRequest, encodePreCommand({ ...documentCommand, ...change }))
  expect(changed({})).toBe('matches')
  expect(changed({ version: 5 })).toBe('TariffVersion')
  expect(changed({ document: utf8('{"tariff":"another"}') })).toBe('Document')
  expect(outcome(documentRequest, encodePreCommand(tariffCommand))).toBe('MessageCode')
  expect(outcome(tariffRequest, encodePreCommand(documentCommand))).toBe('MessageCode')
  const both = documentRequest.replace(
    '</sr:UpdateImportTariffPrimaryElement>',
    '<sr:More/></sr:UpdateImportTariffPrimaryElement>',
  )
  expect(both).not.toBe(documentRequest)
  expect(outcome(both, encodePreCommand(documentCommand))).toBe('RequestUnreadable')
})

const tariffChanges: readonly (readonly [string, Partial<typeof tariff>])[] = [
  ['TariffVersion', { version: 5 }],
  ['Start', { from: at('2026-01-05T00:30:00Z') }],
  ['Prices', { prices: [15_300, 2_000, 0, 99_000] }],
  ['Prices', { prices: [...prices, 1] }],
  ['Prices', { prices: prices.slice(1) }],
]

test.each(tariffChanges)('a change of %s in a tariff is found: %o', (mismatch, change) => {
  const changed = encodePreCommand({ ...tariffCommand, ...change })
  expect(outcome(tariffRequest, changed)).toBe(mismatch)
})

test('a tariff in place of a load command is found', () => {
  expect(outcome(loadRequest, encodePreCommand(tariffCommand))).toBe('MessageCode')
})

test('a one-bit change anywhere in a pre-command is found', () => {
  for (const [request, command] of [
    [loadRequest, loadCommand],
    [tariffRequest, tariffCommand],
    [documentRequest, documentCommand],
    [offsetRequest, offsetCommand],
  ] as const) {
    const bytes = encodePreCommand(command)
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = bytes.slice()
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(outcome(request, changed)).not.toBe('matches')
    }
    for (let length = 0; length < bytes.length; length++)
      expect(outcome(request, bytes.slice(0, length))).toBe('PreCommandUnreadable')
    expect(outcome(request, Uint8Array.from([...bytes, 0]))).toBe('PreCommandUnreadable')
  }
})

test('a request that cannot be read, or has no pre-command, matches nothing', () => {
  const bytes = encodePreCommand(loadCommand)
  const unreadable = [
    '',
    '<sr:Request>',
    `<!DOCTYPE a>${loadRequest}`,
    loadRequest.replace('>4<', '>5<'),
    loadRequest.replace('<sr:EndDateTime>', '<sr:EndDateTime>x</sr:EndDateTime><sr:EndDateTime>'),
    loadRequest.replaceAll('>7.13<', '>9.9<'),
  ]
  for (const each of unreadable) expect(outcome(each, bytes)).toBe('RequestUnreadable')
})

const eui = fc.uint8Array({ minLength: 8, maxLength: 8 }).map(euiFromBytes)
const second = fc
  .integer({ min: 946_684_800, max: 4_102_444_799 })
  .map((each) => instant(each * 1000))
const anyLoad = fc.record({
  originator: eui,
  target: eui,
  counter: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
  controller: fc.integer({ min: 1, max: 5 }),
  direction: fc.constantFrom('import' as const, 'export' as const),
  levelPercent: fc.integer({ min: 0, max: 100 }),
  from: second,
  until: second,
})

test('the two independent readings agree on every request and its pre-command', () => {
  fc.assert(
    fc.property(anyLoad, anyLoad, (asked, made) => {
      const { originator, target, counter, ...load } = asked
      const request: ServiceRequest = {
        originator,
        target,
        counter,
        service: '7.16',
        commandVariant: 4,
        body: { kind: 'loadControl', ...load },
      }
      const xml = buildRequest(request)
      expect(outcome(xml, encodePreCommand({ useCase: 'ECS47e', ...asked }))).toBe('matches')
      expect(outcome(xml, encodePreCommand({ useCase: 'ECS47e', ...made }))).not.toBe('matches')
    }),
  )
})
