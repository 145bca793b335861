import { buildRequest, type RequestBody, type Service } from '@interlock/duis'
import { encodePreCommand, type Command, type PartyRole, type Replacement } from '@interlock/gbcs'
import { eui64, fromIso, instant, utf8 } from '@interlock/kernel'
import { writeVectors } from '../vector-json.ts'

/** Writes `vectors/correlate/pairs.json`: requests and the pre-commands that are, or are not, theirs. */
const at = (text: string) => fromIso(text) ?? instant(0)
const addressed = {
  originator: eui64('02-00-00-00-00-00-00-04'),
  target: eui64('02-00-00-02-00-00-00-01'),
  counter: 70_000n,
}
const other = eui64('02-00-00-00-00-00-00-07')
const period = { from: at('2026-01-05T18:00:00Z'), until: at('2026-01-05T20:30:00Z') }
const load = { controller: 2, direction: 'import', levelPercent: 80, ...period } as const
const minute = { from: period.from, until: at('2026-01-05T18:01:00Z') } as const
const load24 = {
  controller: 2,
  direction: 'import',
  from: period.from,
  until: at('2026-01-06T18:00:00Z'),
} as const
const switched = { kind: 'auxiliaryLoad', controller: 2, from: period.from } as const
const open = { year: 'any', month: 12, day: 25 } as const
const june = { year: 2026, month: 6, day: 21 } as const
const weekday = 'any' as const
const execution = at('2026-02-01T00:00:00Z')
const scheduled = {
  kind: 'controllerSchedules',
  executeAt: execution,
  schedules: [
    {
      action: { controller: 2, levelPercent: 50, direction: 'export' },
      specialDays: [1],
      weekdays: ['Sunday', 'Monday'],
      when: { at: '09:30:00', from: { ...june, weekday }, until: { ...open, weekday } },
    },
  ],
  specialDays: [{ id: 1, ...open, weekday }],
} as const
const entry = {
  controller: 2,
  direction: 'export',
  levelPercent: 50,
  atSeconds: 34_200,
  weekdays: [1, 7],
  specialDays: [1],
  from: june,
  until: open,
} as const
const calendar = { entries: [entry], specialDays: [open], execution } as const
/** With another value in its one entry. */
const otherEntry = (change: object) => ({ entries: [{ ...entry, ...change }] })
const timeOfUse = {
  kind: 'timeOfUseTariff',
  executeAt: execution,
  elements: {
    currency: 'GBP',
    switching: {
      days: [
        { name: 1, switches: [{ at: '00:00:00', register: 2 }] },
        {
          name: 16,
          switches: [
            { at: '00:00:00', register: 2 },
            { at: '23:59:58', register: 48 },
            { at: '23:59:59', register: 108 },
          ],
        },
      ],
      weeks: [{ name: 4, days: [1, 1, 1, 1, 1, 16, 16] }],
      seasons: [{ name: 'all year', start: { ...june, weekday }, week: 4 }],
    },
    specialDays: [{ date: { ...open, weekday }, day: 16 }],
    thresholds: Array.from({ length: 8 }, (_, index) => [1_000 + index, 0xffff_ffff]),
  },
  prices: {
    standingCharge: 20_000,
    standingChargeScale: -5,
    priceScale: -6,
    timeOfUse: [32_767, -32_768, 0],
    blocks: [[1_361, 2_289], [-5_566]],
  },
} as const
const { elements } = timeOfUse
/** By place in the message: the registers with blocks follow the forty-eight. */
const priced: Readonly<Record<number, number>> = {
  0: 32_767,
  1: -32_768,
  48: 1_361,
  49: -5_566,
  56: 2_289,
}
const importTariff = {
  seasons: [{ name: 'all year', start: june, week: 4 }],
  weeks: elements.switching.weeks,
  days: [
    { name: 1, switches: [{ atSeconds: 0, register: 2 }] },
    {
      name: 16,
      switches: [
        { atSeconds: 0, register: 2 },
        { atSeconds: 86_398, register: 48 },
        { atSeconds: 86_399, register: 108 },
      ],
    },
  ],
  specialDays: [{ date: open, day: 16 }],
  thresholds: elements.thresholds,
  standingCharge: 20_000,
  standingChargeScale: -5,
  priceScale: -6,
  prices: Array.from({ length: 80 }, (_, index) => priced[index] ?? 0),
  execution,
} as const
const night = importTariff.days[0]
const limit = { limitSeconds: 600 } as const
const tariff = { version: 4, from: period.from, prices: [15_300, -2_000, 0] } as const

const hash = Uint8Array.from({ length: 32 }, (_, index) => index + 0x80)
const carried = { version: 4, document: utf8('{"tariff":"one price"}') } as const

/** What stands for a certificate is any sequence: nobody here reads further. */
const certificate = (last: number) => Uint8Array.of(0x30, 3, 2, 1, last)
const long = Uint8Array.from([0x30, 0x81, 0x84, ...new Uint8Array(0x84).fill(5)])
const credentials = {
  floor: 5_000n,
  topUpFloor: 1n << 40n,
  path: [certificate(4)],
  timeChecks: true,
}
const asked = {
  kind: 'credentials',
  ...credentials,
  certificates: { signing: certificate(1), keyAgreement: long, topUp: certificate(3) },
} as const
const { topUpFloor, ...withoutTopUps } = credentials
const { topUp, ...twoCertificates } = asked.certificates
const replaced = (role: PartyRole) => ({
  ...withoutTopUps,
  replacements: [
    { cell: { role, keyUsage: 'digitalSignature' }, certificate: certificate(1) },
    { cell: { role, keyUsage: 'keyAgreement' }, certificate: long },
  ] as readonly Replacement[],
})
const withTopUps = (role: PartyRole) => ({
  ...replaced(role),
  topUpFloor,
  replacements: [
    ...replaced(role).replacements,
    { cell: { role, keyUsage: 'keyAgreement', topUp: true }, certificate: topUp },
  ] as readonly Replacement[],
})
const bySupplier = withTopUps('supplier')
/** With another certificate in one of the cells. */
const swapped = (index: number) => ({
  replacements: bySupplier.replacements.map((each, at) =>
    at === index ? { ...each, certificate: certificate(9) } : each,
  ),
})

const request = (service: Service, body: RequestBody): string =>
  buildRequest({ ...addressed, service, commandVariant: 4, body })
const requests = {
  CS02b: request('6.15.1', { ...asked, role: 'Supplier' }),
  CS02g: request('6.15.1', {
    kind: 'credentials',
    ...withoutTopUps,
    certificates: twoCertificates,
    role: 'LoadController',
  }),
  ECS01a: request('1.1.1', timeOfUse),
  CS06: request('11.3', { kind: 'firmware', hash }),
  ECS70: request('6.11', { kind: 'clock', at: period.from, toleranceSeconds: 60 }),
  ECS38: request('7.12', { kind: 'offsetLimit', ...limit }),
  ECS47a: request('7.13', { kind: 'loadControl', ...load }),
  ECS46d: request('6.14.3', scheduled),
  ActivateLoad: request('7.5', switched),
  DeactivateLoad: request('7.6', switched),
  ECS47e: request('7.16', { kind: 'loadControl', ...load }),
  UpdateHalfHourlyTariff: request('1.1.1', { kind: 'tariff', ...tariff }),
  UpdateTariffDocument: request('1.1.1', { kind: 'tariffDocument', ...carried }),
}
const commands = {
  CS02b: { useCase: 'CS02b', ...addressed, ...bySupplier },
  CS02g: {
    useCase: 'CS02g',
    ...addressed,
    ...replaced('loadController'),
  },
  ECS01a: { useCase: 'ECS01a', ...addressed, ...importTariff },
  CS06: { useCase: 'CS06', ...addressed, hash },
  ECS70: { useCase: 'ECS70', ...addressed, ...minute },
  ECS38: { useCase: 'ECS38', ...addressed, ...limit },
  ECS47a: { useCase: 'ECS47a', ...addressed, ...load },
  ECS46d: { useCase: 'ECS46d', ...addressed, ...calendar },
  ActivateLoad: { useCase: 'ActivateLoad', ...addressed, ...load24, levelPercent: 100 },
  DeactivateLoad: { useCase: 'DeactivateLoad', ...addressed, ...load24, levelPercent: 0 },
  ECS47e: { useCase: 'ECS47e', ...addressed, ...load },
  UpdateHalfHourlyTariff: { useCase: 'UpdateHalfHourlyTariff', ...addressed, ...tariff },
  UpdateTariffDocument: { useCase: 'UpdateTariffDocument', ...addressed, ...carried },
} as const satisfies Record<string, Command>
type Name = keyof typeof commands

const made = (of: Name, outcome: string, change: object) => ({
  of,
  outcome,
  preCommand: encodePreCommand({ ...commands[of], ...change }),
})
const names = Object.keys(commands) as Name[]

writeVectors('vectors/correlate/pairs.json', {
  note: 'A request, by name, and a pre-command in hex: whether they say the same, or the first difference.',
  requests,
  pairs: [
    ...names.map((name) => made(name, 'matches', {})),
    ...names.flatMap((name) => [
      made(name, 'Originator', { originator: other }),
      made(name, 'Target', { target: other }),
      made(name, 'Counter', { counter: 70_001n }),
    ]),
    made('ECS47a', 'MessageCode', { useCase: 'ECS47e' }),
    made('ECS47e', 'MessageCode', { useCase: 'ECS47a' }),
    ...(['ActivateLoad', 'DeactivateLoad'] as const).flatMap((name) => [
      made(name, 'MessageCode', { useCase: 'ECS47a' }),
      made(name, 'Controller', { controller: 3 }),
      made(name, 'Start', { from: at('2026-01-05T18:00:01Z') }),
      made(name, 'End', { until: at('2026-01-06T17:59:59Z') }),
    ]),
    made('ECS46d', 'Execution', { execution: 'atOnce' }),
    made('ECS46d', 'Execution', { execution: 'never' }),
    made('ECS46d', 'SpecialDays', { specialDays: [{ ...open, day: 26 }] }),
    made('ECS46d', 'Schedules', { entries: [] }),
    ...[
      { controller: 3 },
      { direction: 'import' },
      { levelPercent: 100 },
      { atSeconds: 34_201 },
      { weekdays: [7] },
      { specialDays: [] },
      { from: open },
      { until: june },
    ].map((change) => made('ECS46d', 'Schedules', otherEntry(change))),
    made('ECS01a', 'MessageCode', { useCase: 'UpdateTariffDocument', ...carried }),
    made('ECS01a', 'Seasons', {
      seasons: [{ ...importTariff.seasons[0], name: 'all-year' }],
    }),
    made('ECS01a', 'Seasons', { seasons: [{ ...importTariff.seasons[0], start: open }] }),
    made('ECS01a', 'Weeks', { weeks: [{ name: 4, days: [1, 1, 1, 1, 1, 1, 16] }] }),
    made('ECS01a', 'Days', { days: [night, { name: 16, switches: night.switches }] }),
    made('ECS01a', 'Days', {
      days: [{ name: 1, switches: [{ atSeconds: 0, register: 102 }] }, importTariff.days[1]],
    }),
    made('ECS01a', 'SpecialDays', { specialDays: [{ date: open, day: 1 }] }),
    made('ECS01a', 'SpecialDays', { specialDays: [] }),
    made('ECS01a', 'Thresholds', { thresholds: elements.thresholds.toReversed() }),
    made('ECS01a', 'StandingCharge', { standingCharge: 20_001 }),
    made('ECS01a', 'StandingCharge', { standingChargeScale: -4 }),
    made('ECS01a', 'Prices', { priceScale: -5 }),
    made('ECS01a', 'Prices', { prices: importTariff.prices.toReversed() }),
    made('ECS01a', 'Execution', { execution: 'atOnce' }),
    made('ECS01a', 'Execution', { execution: 'never' }),
    made('DeactivateLoad', 'MessageCode', { useCase: 'ActivateLoad', levelPercent: 100 }),
    { of: 'ECS38', outcome: 'MessageCode', preCommand: encodePreCommand(commands.ECS47a) },
    { of: 'ECS47e', outcome: 'MessageCode', preCommand: encodePreCommand(commands.ECS38) },
    {
      of: 'UpdateHalfHourlyTariff',
      outcome: 'MessageCode',
      preCommand: encodePreCommand(commands.ECS38),
    },
    { of: 'CS02b', outcome: 'MessageCode', preCommand: encodePreCommand(commands.CS02g) },
    made('CS02g', 'MessageCode', { useCase: 'CS02b', ...bySupplier }),
    // The right code and mode, and the cells of another party.
    made('CS02b', 'PreCommandUnreadable', withTopUps('loadController')),
    made('CS02g', 'PreCommandUnreadable', replaced('supplier')),
    made('CS02b', 'Floor', { floor: 0n }),
    made('CS02g', 'Floor', { floor: 0n }),
    made('CS02b', 'TopUpFloor', { topUpFloor: 0n }),
    made('CS02b', 'SigningCertificate', swapped(0)),
    made('CS02b', 'AgreementCertificate', swapped(1)),
    made('CS02b', 'TopUpCertificate', swapped(2)),
    made('CS02b', 'TopUpCertificate', { replacements: bySupplier.replacements.slice(0, 2) }),
    made('CS02b', 'Path', { path: [certificate(5)] }),
    made('CS02b', 'TimeChecks', { timeChecks: false }),
    made('CS06', 'FirmwareHash', { hash: hash.toReversed() }),
    made('ECS70', 'Start', { from: at('2026-01-05T18:00:01Z') }),
    made('ECS70', 'End', { until: at('2026-01-05T18:02:00Z') }),
    made('ECS38', 'OffsetLimit', { limitSeconds: 0 }),
    ...(['ECS47a', 'ECS47e'] as const).flatMap((name) => [
      made(name, 'Controller', { controller: 3 }),
      made(name, 'Direction', { direction: 'export' }),
      made(name, 'Level', { levelPercent: 100 }),
      made(name, 'Start', { from: at('2026-01-05T17:00:00Z') }),
      made(name, 'End', { until: at('2026-01-06T18:00:00Z') }),
    ]),
    made('UpdateHalfHourlyTariff', 'TariffVersion', { version: 5 }),
    made('UpdateTariffDocument', 'TariffVersion', { version: 5 }),
    made('UpdateTariffDocument', 'Document', { document: utf8('{"tariff":"two prices"}') }),
    made('UpdateHalfHourlyTariff', 'Start', { from: at('2026-01-05T18:30:00Z') }),
    made('UpdateHalfHourlyTariff', 'Prices', { prices: [15_300, 2_000, 0] }),
    ...names.map((of) => ({
      of,
      outcome: 'PreCommandUnreadable',
      preCommand: encodePreCommand(commands[of]).slice(0, -1),
    })),
  ],
})
