import { importTariffPrices, registers, type CommandOf } from '@interlock/gbcs'
import { fromIso, instant, utf8 } from '@interlock/kernel'
import { nextSupplier } from './certificates.ts'
import { identities } from './parties.ts'

export const at = (text: string) => fromIso(text) ?? instant(0)

export const load = {
  target: identities.device,
  counter: 1_000n,
  controller: 1,
  direction: 'import',
  levelPercent: 100,
  from: at('2026-01-05T18:00:00Z'),
  until: at('2026-01-05T20:00:00Z'),
} as const
export const charge: CommandOf<'ECS47a'> = {
  useCase: 'ECS47a',
  originator: identities.owner,
  ...load,
}
export const response: CommandOf<'ECS47e'> = {
  useCase: 'ECS47e',
  originator: identities.dsrsp,
  ...load,
  direction: 'export',
  levelPercent: 50,
  until: at('2026-01-06T18:00:00Z'),
}
/** The supplier's word that the load may be switched on, for the day; and off. */
export const activated: CommandOf<'ActivateLoad'> = {
  useCase: 'ActivateLoad',
  originator: identities.supplier,
  ...load,
  counter: 15n,
  controller: 3,
  until: at('2026-01-06T18:00:00Z'),
}
export const deactivated: CommandOf<'DeactivateLoad'> = {
  ...activated,
  useCase: 'DeactivateLoad',
  counter: 16n,
  levelPercent: 0,
}
/** One entry and one special day, to come into force at the turn of the year. */
export const calendar: CommandOf<'ECS46d'> = {
  useCase: 'ECS46d',
  originator: identities.supplier,
  target: identities.device,
  counter: 17n,
  entries: [
    {
      controller: 5,
      direction: 'export',
      levelPercent: 100,
      atSeconds: 86_399,
      weekdays: [1, 7],
      specialDays: [1],
      from: { year: 2026, month: 2, day: 1 },
      until: { year: 'any', month: 12, day: 31 },
    },
  ],
  specialDays: [{ year: 'any', month: 12, day: 25 }],
  execution: at('2027-01-01T00:00:00Z'),
}
export const noCalendar: CommandOf<'ECS46d'> = {
  ...calendar,
  counter: 18n,
  entries: [],
  specialDays: [],
  execution: 'atOnce',
}
/** One season of one week; weekdays switch from the first register to one with blocks. */
export const importTariff: CommandOf<'ECS01a'> = {
  useCase: 'ECS01a',
  originator: identities.supplier,
  target: identities.device,
  counter: 19n,
  seasons: [{ name: 'all', start: { year: 2026, month: 2, day: 1 }, week: 2 }],
  weeks: [{ name: 2, days: [1, 1, 1, 1, 1, 16, 16] }],
  days: [
    {
      name: 1,
      switches: [
        { atSeconds: 0, register: 1 },
        { atSeconds: 86_399, register: 108 },
      ],
    },
    { name: 16, switches: [{ atSeconds: 0, register: 48 }] },
  ],
  specialDays: [{ date: { year: 'any', month: 12, day: 25 }, day: 16 }],
  thresholds: Array.from({ length: registers.block.count }, (_, at) => [
    ...(at === 7 ? [1_000, 70_000] : []),
    0xffff_ffff,
  ]),
  standingCharge: 20_001,
  standingChargeScale: -5,
  prices: Array.from({ length: importTariffPrices }, (_, at) => 32_767 - 823 * at),
  priceScale: -6,
  execution: at('2027-01-01T00:00:00Z'),
}
export const tariff: CommandOf<'UpdateHalfHourlyTariff'> = {
  useCase: 'UpdateHalfHourlyTariff',
  originator: identities.supplier,
  target: identities.device,
  counter: 7n,
  version: 3,
  from: at('2026-01-05T00:00:00Z'),
  prices: [27_300, 7_500, -1_250, 0],
}
export const tariffDocument: CommandOf<'UpdateTariffDocument'> = {
  useCase: 'UpdateTariffDocument',
  originator: identities.supplier,
  target: identities.device,
  counter: 10n,
  version: 4,
  document: utf8('{"tariff":"one price"}'),
}
export const offsetLimit: CommandOf<'ECS38'> = {
  useCase: 'ECS38',
  originator: identities.supplier,
  target: identities.device,
  counter: 8n,
  limitSeconds: 600,
}
export const clockSetting: CommandOf<'ECS70'> = {
  useCase: 'ECS70',
  originator: identities.supplier,
  target: identities.device,
  counter: 11n,
  from: load.from,
  until: instant(load.from + 60_000),
}
export const activation: CommandOf<'CS06'> = {
  useCase: 'CS06',
  originator: identities.supplier,
  target: identities.device,
  counter: 12n,
  hash: Uint8Array.from({ length: 32 }, (_, index) => index + 0x80),
}
/** The supplier's next certificate; the device has what is between it and the root. */
export const renewal: CommandOf<'CS02b'> = {
  useCase: 'CS02b',
  originator: identities.supplier,
  target: identities.device,
  counter: 14n,
  floor: 20n,
  replacements: [
    { cell: { role: 'supplier', keyUsage: 'digitalSignature' }, certificate: nextSupplier },
  ],
  path: [],
  timeChecks: true,
}
/** Whatever stands for a certificate: the format does not read it. */
const any = (last: number) => Uint8Array.of(0x30, 3, 2, 1, last)
export const topUpRenewal: CommandOf<'CS02b'> = {
  ...renewal,
  topUpFloor: (1n << 63n) - 1n,
  replacements: [
    { cell: { role: 'supplier', keyUsage: 'keyAgreement' }, certificate: any(1) },
    { cell: { role: 'supplier', keyUsage: 'keyAgreement', topUp: true }, certificate: any(2) },
  ],
  path: [],
  timeChecks: false,
}
export const newController: CommandOf<'CS02g'> = {
  ...renewal,
  useCase: 'CS02g',
  replacements: [
    { cell: { role: 'loadController', keyUsage: 'digitalSignature' }, certificate: any(3) },
  ],
  path: [any(4)],
}
export const readConfiguration: CommandOf<'ECS61d'> = {
  useCase: 'ECS61d',
  originator: identities.supplier,
  target: identities.device,
  counter: 13n,
}
export const readOperation: CommandOf<'ECS61e'> = {
  ...readConfiguration,
  useCase: 'ECS61e',
}
export const readShown: CommandOf<'ECS24'> = {
  ...readConfiguration,
  useCase: 'ECS24',
}
export const readConsumption: CommandOf<'ReadConsumption'> = {
  ...readConfiguration,
  useCase: 'ReadConsumption',
}
/** A day by its half-hours, from midnight to midnight. */
export const readProfile: CommandOf<'ECS22b'> = {
  ...readConfiguration,
  useCase: 'ECS22b',
  from: at('2026-01-05T00:00:00Z'),
  until: at('2026-01-06T00:00:00Z'),
}
export const readTariff: CommandOf<'ReadTariff'> = {
  useCase: 'ReadTariff',
  originator: identities.supplier,
  target: identities.device,
  counter: 9n,
}
