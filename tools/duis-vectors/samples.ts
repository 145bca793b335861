import type { RequestBody, Service, ServiceRequest } from '@interlock/duis'
import { eui64, fromHex, fromIso, instant, utf8 } from '@interlock/kernel'

const at = (text: string) => fromIso(text) ?? instant(0)
const from = at('2026-01-05T18:00:00Z')
const until = at('2026-01-05T20:00:00Z')
export const addressed = {
  originator: eui64('02-00-00-00-00-00-00-04'),
  target: eui64('02-00-00-02-00-00-00-01'),
}
const everyYear = { year: 'any', month: 12, day: 25, weekday: 'any' } as const
const inJune = { year: 2026, month: 6, day: 21, weekday: 'any' } as const

const loadControl = (direction: 'import' | 'export', levelPercent: number): RequestBody => ({
  kind: 'loadControl',
  controller: 1,
  direction,
  levelPercent,
  from,
  until,
})
/** Any bytes: whether they are a message is for others to say. */
const signedPreCommand: RequestBody = {
  kind: 'signedPreCommand',
  payload: fromHex('df09010000000000000000') ?? new Uint8Array(),
}

const timeOfUse: RequestBody = {
  kind: 'timeOfUseTariff',
  executeAt: until,
  elements: {
    currency: 'GBP',
    switching: {
      days: [
        {
          name: 1,
          switches: [
            { at: '00:00:00', register: 2 },
            { at: '07:00:00', register: 1 },
            { at: '08:00:00', register: 101 },
          ],
        },
      ],
      weeks: [{ name: 1, days: [1, 1, 1, 1, 1, 1, 1] }],
      seasons: [{ name: 'winter', start: inJune, week: 1 }],
    },
    specialDays: [{ date: everyYear, day: 1 }],
    thresholds: Array.from({ length: 8 }, () => [0xffff_ffff]),
  },
  prices: {
    standingCharge: 20_000,
    standingChargeScale: -5,
    priceScale: -5,
    timeOfUse: [2_121, -3_127],
    blocks: [[1_361, 2_289, -5_566]],
  },
}
const schedules: RequestBody = {
  kind: 'controllerSchedules',
  executeAt: until,
  schedules: [
    {
      action: { controller: 5, levelPercent: 50, direction: 'export' },
      specialDays: [1],
      weekdays: ['Monday', 'Sunday'],
      when: { at: '09:30:00', from: inJune, until: everyYear },
    },
  ],
  specialDays: [{ id: 1, ...everyYear }],
}

/** What stands for a certificate is any sequence: nobody here reads further. */
const certificate = (last: number) => Uint8Array.of(0x30, 3, 2, 1, last)
const credentials: RequestBody = {
  kind: 'credentials',
  role: 'Supplier',
  floor: 0n,
  topUpFloor: (1n << 63n) - 1n,
  certificates: { signing: certificate(1), keyAgreement: certificate(2), topUp: certificate(3) },
  path: [certificate(4), certificate(5), certificate(6)],
  timeChecks: false,
}

type Sample = Pick<ServiceRequest, 'service' | 'commandVariant' | 'body'>
/** The variants that bring the command back to be delivered locally, without and with delivery. */
const local = (service: Service, body: RequestBody): readonly (Sample & { name: string })[] => {
  const variants = body.kind === 'signedPreCommand' ? ([6, 7] as const) : ([2, 3] as const)
  const name = `${service} for local delivery`
  return variants.map((commandVariant) => ({
    name: `${name}, variant ${commandVariant}`,
    service,
    commandVariant,
    body,
  }))
}
const importProfile = {
  kind: 'readImportProfile',
  from: at('2026-01-05T00:00:00Z'),
  until: at('2026-01-06T00:00:00Z'),
} as const
const samples: readonly (Sample & { readonly name: string })[] = [
  {
    name: 'half-hourly tariff (ours)',
    service: '1.1.1',
    commandVariant: 4,
    body: { kind: 'tariff', version: 3, from, prices: [27_300, -1_250, 0] },
  },
  { name: 'time-of-use tariff', service: '1.1.1', commandVariant: 4, body: timeOfUse },
  { name: 'signed tariff', service: '1.1.1', commandVariant: 5, body: signedPreCommand },
  { name: 'read tariff', service: '4.11.1', commandVariant: 1, body: { kind: 'readTariff' } },
  { name: 'controller schedules', service: '6.14.3', commandVariant: 4, body: schedules },
  { name: 'signed schedules', service: '6.14.3', commandVariant: 5, body: signedPreCommand },
  {
    name: 'time of the clock',
    service: '6.11',
    commandVariant: 4,
    body: { kind: 'clock', at: from, toleranceSeconds: 60 },
  },
  { name: 'signed time', service: '6.11', commandVariant: 5, body: signedPreCommand },
  {
    name: 'randomised offset limit',
    service: '7.12',
    commandVariant: 4,
    body: { kind: 'offsetLimit', limitSeconds: 1_799 },
  },
  { name: 'signed offset limit', service: '7.12', commandVariant: 5, body: signedPreCommand },
  { name: 'on-demand arm', service: '7.13', commandVariant: 4, body: loadControl('import', 100) },
  { name: 'signed on-demand arm', service: '7.13', commandVariant: 5, body: signedPreCommand },
  {
    name: 'read controllers',
    service: '7.14',
    commandVariant: 1,
    body: { kind: 'readControllers' },
  },
  { name: 'pre-authorisation', service: '7.16', commandVariant: 4, body: loadControl('export', 0) },
  {
    name: 'tariff document (ours)',
    service: '1.1.1',
    commandVariant: 4,
    body: { kind: 'tariffDocument', version: 3, document: utf8('{"tariff":"one price"}') },
  },
  { name: 'signed pre-authorisation', service: '7.16', commandVariant: 5, body: signedPreCommand },
  ...local('1.1.1', signedPreCommand),
  ...local('4.11.1', { kind: 'readTariff' }),
  ...local('6.11', signedPreCommand),
  ...local('6.14.3', signedPreCommand),
  ...local('7.12', signedPreCommand),
  ...local('7.13', signedPreCommand),
  ...local('7.14', { kind: 'readControllers' }),
  ...local('7.16', signedPreCommand),
  {
    name: 'read operation of controllers',
    service: '7.15',
    commandVariant: 1,
    body: { kind: 'readControllerOperation' },
  },
  ...local('7.15', { kind: 'readControllerOperation' }),
  {
    name: 'activation of firmware',
    service: '11.3',
    commandVariant: 4,
    body: { kind: 'firmware', hash: Uint8Array.from({ length: 32 }, (_, index) => index + 0x80) },
  },
  { name: 'signed activation', service: '11.3', commandVariant: 5, body: signedPreCommand },
  ...local('11.3', signedPreCommand),
  {
    name: 'decommissioning',
    service: '8.3',
    commandVariant: 8,
    body: { kind: 'decommission', device: addressed.target },
  },
  {
    name: 'pre-notification',
    service: '12.2',
    commandVariant: 8,
    body: {
      kind: 'prenotification',
      device: addressed.target,
      manufacturer: 'AB01',
      model: '010A030B',
      type: 'ESME',
      specification: 'SMETS V5.1',
      firmware: '0002012F',
      variant: 'AD',
    },
  },
  {
    name: 'return of a local response',
    service: '8.13',
    commandVariant: 8,
    body: {
      kind: 'localResponse',
      original: { ...addressed, counter: 999n },
      response: fromHex('df0902') ?? new Uint8Array(),
    },
  },
  ...(['7.5', '7.6'] as const).flatMap((service): (Sample & { name: string })[] => [
    {
      name: `load switched by ${service} (ours)`,
      service,
      commandVariant: 4,
      body: { kind: 'auxiliaryLoad', controller: 3, from },
    },
    { name: `signed ${service}`, service, commandVariant: 5, body: signedPreCommand },
    ...local(service, signedPreCommand),
  ]),
  { name: 'credentials of the supplier', service: '6.15.1', commandVariant: 4, body: credentials },
  { name: 'signed credentials', service: '6.15.1', commandVariant: 5, body: signedPreCommand },
  ...local('6.15.1', signedPreCommand),
  {
    name: 'read signed tariff (ours)',
    service: '4.11.1',
    commandVariant: 1,
    body: { kind: 'readSignedTariff' },
  },
  ...local('4.11.1', { kind: 'readSignedTariff' }).map((each) => ({
    ...each,
    name: `${each.name} (ours)`,
  })),
  {
    name: 'read consumption (ours)',
    service: '4.1.2',
    commandVariant: 1,
    body: { kind: 'readConsumption' },
  },
  ...local('4.1.2', { kind: 'readConsumption' }),
  {
    name: 'read half-hours of active import',
    service: '4.8.1',
    commandVariant: 1,
    body: importProfile,
  },
  ...local('4.8.1', importProfile),
]

/** One request of each service, variant and body; the highest counter is the last. */
export const requests = samples.map(({ name, ...sample }, index) => ({
  name,
  request: {
    ...addressed,
    counter: index === samples.length - 1 ? (1n << 64n) - 1n : BigInt(1_000 + index),
    ...sample,
  } satisfies ServiceRequest,
}))
