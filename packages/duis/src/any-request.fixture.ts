import { euiFromBytes, instant } from '@interlock/kernel'
import fc from 'fast-check'
import {
  credentialsRoles,
  deviceTypes,
  services,
  type RequestBody,
  type ServiceRequest,
} from './index.ts'

const eui = fc.uint8Array({ minLength: 8, maxLength: 8 }).map(euiFromBytes)
const second = fc.integer({ min: 0, max: 4_102_444_799 }).map((each) => instant(each * 1000))
const time = fc
  .tuple(fc.nat(23), fc.nat(59), fc.nat(59))
  .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'))
const date = fc.record({
  year: fc.oneof(fc.constant('any' as const), fc.integer({ min: 2000, max: 2099 })),
  month: fc.integer({ min: 1, max: 12 }),
  day: fc.integer({ min: 1, max: 31 }),
  weekday: fc.constant('any' as const),
})
const dayId = fc.integer({ min: 1, max: 20 })
const list = <Value>(each: fc.Arbitrary<Value>, minLength = 1, maxLength = 3) =>
  fc.array(each, { minLength, maxLength })
const anySchedules = fc.record({
  kind: fc.constant('controllerSchedules' as const),
  schedules: list(
    fc.record({
      action: fc.record({
        controller: fc.integer({ min: 1, max: 5 }),
        levelPercent: fc.integer({ min: 0, max: 100 }),
        direction: fc.constantFrom('import' as const, 'export' as const),
      }),
      specialDays: list(dayId, 0),
      weekdays: list(fc.constantFrom('Monday' as const, 'Sunday' as const)),
      when: fc.record({ at: time, from: date, until: date }),
    }),
    0,
  ),
  specialDays: list(
    fc.tuple(dayId, date).map(([id, each]) => ({ id, ...each })),
    0,
  ),
})
const dayName = fc.integer({ min: 1, max: 16 })
const weekName = fc.integer({ min: 1, max: 4 })
const u32 = fc.integer({ min: 0, max: 0xffff_ffff })
const i32 = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff })
const scale = fc.integer({ min: -128, max: 127 })
const anyTimeOfUse = fc.record({
  kind: fc.constant('timeOfUseTariff' as const),
  executeAt: fc.option(second, { nil: undefined }),
  elements: fc.record({
    currency: fc.constant('GBP' as const),
    switching: fc.record({
      days: list(
        fc.record({
          name: dayName,
          switches: list(
            fc.record({
              at: time,
              register: fc.oneof(
                fc.integer({ min: 1, max: 48 }),
                fc.integer({ min: 101, max: 108 }),
              ),
            }),
          ),
        }),
      ),
      weeks: list(fc.record({ name: weekName, days: list(dayName, 7, 7) })),
      seasons: list(
        fc.record({
          name: fc.constantFrom('winter', 'British Summer-Time'),
          start: date,
          week: weekName,
        }),
      ),
    }),
    specialDays: list(fc.record({ date, day: dayName }), 0),
    thresholds: list(list(u32), 8, 8),
  }),
  prices: fc
    .record({
      standingCharge: u32,
      standingChargeScale: scale,
      priceScale: scale,
      timeOfUse: list(i32, 0, 48),
      blocks: list(list(i32, 1, 4), 0, 8),
    })
    .filter(({ timeOfUse, blocks }) => timeOfUse.length + blocks.length > 0),
})
const bodies: Record<string, fc.Arbitrary<RequestBody>> = {
  auxiliaryLoad: fc.record({
    kind: fc.constant('auxiliaryLoad' as const),
    controller: fc.integer({ min: 1, max: 5 }),
    from: second,
  }),
  loadControl: fc.record({
    kind: fc.constant('loadControl' as const),
    controller: fc.integer({ min: 1, max: 5 }),
    direction: fc.constantFrom('import' as const, 'export' as const),
    levelPercent: fc.integer({ min: 0, max: 100 }),
    from: second,
    until: second,
  }),
  offsetLimit: fc.record({
    kind: fc.constant('offsetLimit' as const),
    limitSeconds: fc.integer({ min: 0, max: 1_799 }),
  }),
  tariff: fc.record({
    kind: fc.constant('tariff' as const),
    version: fc.integer({ min: 0, max: 0xffff_ffff }),
    from: fc.integer({ min: 0, max: 2_000_000 }).map((each) => instant(each * 1_800_000)),
    prices: fc.array(fc.integer({ min: -10_000_000, max: 10_000_000 }), {
      minLength: 1,
      maxLength: 96,
    }),
  }),
  tariffDocument: fc.record({
    kind: fc.constant('tariffDocument' as const),
    version: fc.integer({ min: 0, max: 0xffff_ffff }),
    document: fc.uint8Array({ minLength: 1, maxLength: 300 }),
  }),
  readTariff: fc.constant({ kind: 'readTariff' as const }),
  readSignedTariff: fc.constant({ kind: 'readSignedTariff' as const }),
  readConsumption: fc.constant({ kind: 'readConsumption' as const }),
  readImportProfile: fc.record({
    kind: fc.constant('readImportProfile' as const),
    from: second,
    until: second,
  }),
  readControllers: fc.constant({ kind: 'readControllers' as const }),
  readControllerOperation: fc.constant({ kind: 'readControllerOperation' as const }),
  controllerSchedules: anySchedules,
  timeOfUseTariff: anyTimeOfUse,
  signedPreCommand: fc.record({
    kind: fc.constant('signedPreCommand' as const),
    payload: fc.uint8Array({ minLength: 1, maxLength: 300 }),
  }),
}
bodies['localResponse'] = fc.record({
  kind: fc.constant('localResponse' as const),
  original: fc.record({
    originator: eui,
    target: eui,
    counter: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
  }),
  response: fc.uint8Array({ minLength: 1, maxLength: 300 }),
})
bodies['clock'] = fc.record({
  kind: fc.constant('clock' as const),
  at: second,
  toleranceSeconds: fc.integer({ min: 1, max: 86_400 }),
})
bodies['firmware'] = fc.record({
  kind: fc.constant('firmware' as const),
  hash: fc.uint8Array({ minLength: 32, maxLength: 32 }),
})
const bytes = fc.uint8Array({ minLength: 1, maxLength: 100 })
const floor = fc.bigInt({ min: 0n, max: (1n << 63n) - 1n })
bodies['credentials'] = fc.record(
  {
    kind: fc.constant('credentials' as const),
    role: fc.constantFrom(...credentialsRoles),
    floor,
    topUpFloor: floor,
    certificates: fc.record(
      { signing: bytes, keyAgreement: bytes, topUp: bytes },
      { requiredKeys: ['signing', 'keyAgreement'] },
    ),
    path: fc.array(bytes, { minLength: 1, maxLength: 3 }),
    timeChecks: fc.boolean(),
  },
  { requiredKeys: ['kind', 'role', 'floor', 'certificates', 'path', 'timeChecks'] },
)
bodies['decommission'] = fc.record({ kind: fc.constant('decommission' as const), device: eui })
const hex = (digits: number) =>
  fc
    .array(fc.constantFrom(...'0123456789ABCDEF'.split('')), {
      minLength: digits,
      maxLength: digits,
    })
    .map((each) => each.join(''))
bodies['prenotification'] = fc.record(
  {
    kind: fc.constant('prenotification' as const),
    device: eui,
    manufacturer: hex(4),
    model: hex(8),
    type: fc.constantFrom(...deviceTypes),
    specification: fc.constantFrom('SMETS V1.58', 'CHTS V1.0'),
    firmware: hex(8),
    variant: fc.constantFrom('A', 'AD'),
  },
  {
    requiredKeys: ['kind', 'device', 'manufacturer', 'model', 'type', 'specification', 'firmware'],
  },
)
const shapes = Object.entries(services).flatMap(([service, row]) =>
  Object.entries(row.variants).flatMap(([variant, kinds]) =>
    kinds.map((kind) => ({ service, variant, kind })),
  ),
)
/** Any service request, in any variant that it has. */
export const anyRequest = fc.constantFrom(...shapes).chain(({ service, variant, kind }) =>
  fc
    .record({
      originator: eui,
      target: eui,
      counter: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
      body: bodies[kind] ?? fc.constant({ kind: 'readTariff' as const }),
    })
    .map((rest) => ({ ...rest, service, commandVariant: Number(variant) }) as ServiceRequest),
)
