import {
  answerOfAll,
  encodeAlert,
  encodePreCommand,
  encodeResponse,
  profileBytes,
  protect,
  signPreCommand,
  useCases,
  type Alert,
  type Answer,
  type Command,
  type ResultCode,
} from '@interlock/gbcs'
import { nodeCrypto as crypto } from '@interlock/host'
import { concat, euiBytes, instant, toHex, utf8, type Eui64 } from '@interlock/kernel'
import { changed, identities, keys } from './parties.ts'
import {
  activated,
  activation,
  at,
  calendar,
  charge,
  clockSetting,
  deactivated,
  importTariff,
  load,
  newController,
  offsetLimit,
  readConfiguration,
  readConsumption,
  readOperation,
  readProfile,
  readShown,
  readTariff,
  renewal,
  response,
  tariff,
  tariffDocument,
} from './samples.ts'

const device = keys.device.key
const hexOf = (eui: Eui64): string => toHex(euiBytes(eui))
const answer = (command: Command, result: ResultCode, data?: Uint8Array) =>
  encodeResponse(command, data === undefined ? { result } : { result, data }, device, crypto)
const { controller, direction, levelPercent, from, until } = load
const about = { party: identities.owner, counter: 1_000n }
const processed: Alert = {
  code: 'ECS101',
  device: identities.device,
  recipient: identities.broker,
  counter: 1n,
  about,
  controller,
  direction,
  levelPercent,
  from,
  until,
}
const ended: Alert = { ...processed, code: 'ECS102', counter: 2n, levelPercent: 0 }
const executed = {
  code: 'FutureDated',
  device: identities.device,
  recipient: identities.supplier,
  at: at('2027-01-01T00:00:00Z'),
} as const
const calendarExecuted: Alert = {
  ...executed,
  counter: 3n,
  useCase: 'ECS46d',
  commandCounter: calendar.counter,
  object: 'activation of the calendar',
}
const tariffExecuted: Alert = {
  ...executed,
  counter: 4n,
  useCase: 'ECS01a',
  commandCounter: importTariff.counter,
  object: 'activation of the thresholds',
}
const calendarAlert = encodeAlert(calendarExecuted, device, crypto)
const alert = encodeAlert(processed, device, crypto)
const endAlert = encodeAlert(ended, device, crypto)
const success = answer(charge, 'success')
const installed = signPreCommand(encodePreCommand(tariff), keys.supplier.key, crypto)
const ofActivation = answer(activation, 'success', Uint8Array.of(0, 1, 0, 1))
const holder = (last: number) => ({
  organisation: identities.supplier,
  keyId: new Uint8Array(20).fill(last),
})
const replaced: Answer = {
  result: 'success',
  floor: renewal.floor,
  cells: [
    {
      cell: { role: 'supplier', keyUsage: 'digitalSignature' },
      outcome: 'success',
      before: holder(1),
      after: holder(2),
    },
  ],
}
const replacedNot: Answer = {
  result: 'otherReason',
  cells: [
    { cell: { role: 'loadController', keyUsage: 'digitalSignature' }, outcome: 'badCertificate' },
  ],
}
const handedOver = encodeResponse(newController, replacedNot, device, crypto)
const renewed = encodeResponse(renewal, replaced, device, crypto)
const each = (command: Command, ...results: readonly ResultCode[]) =>
  encodeResponse(command, answerOfAll(results), device, crypto)
const twenty = Array.from({ length: 20 }, (): ResultCode => 'success')
const inPart = each(importTariff, ...twenty, 'scopeOfAccessViolated')
const calendarInPart = each(calendar, 'success', 'hardwareFault', 'otherReason', 'otherReason')
const setUp: Answer = {
  result: 'success',
  descriptions: ['EVSE 1', 'Immersion heater', '', '', ''],
  specialDays: calendar.specialDays,
  entries: calendar.entries,
}
const atWork: Answer = {
  result: 'success',
  kinds: ['apc', 'alcs', identities.owner, 'none', 'none'],
  states: ['{"outputState": 100, "inputState": 0}', '{}', '{}', '{}', '{}'],
}
const setUpInPart: Answer = {
  ...answerOfAll([
    ...(['success', 'success', 'hardwareFault'] as const),
    ...Array.from({ length: 4 }, (): ResultCode => 'otherReason'),
  ]),
  descriptions: ['EVSE 1', 'Immersion heater', null, null, null],
}
/** The calendar and thresholds of the tariff; each register has three ends. */
const shownTables = {
  seasons: importTariff.seasons,
  weeks: importTariff.weeks,
  days: importTariff.days,
  tariffSpecialDays: importTariff.specialDays,
  thresholds: importTariff.thresholds.map((ends) =>
    Array.from({ length: 3 }, (_, place) => ends[place] ?? 0xffff_ffff),
  ),
  activePrice: 32_767,
  activePriceScale: importTariff.priceScale,
  currency: 'pounds',
} as const
const shown: Answer = {
  result: 'success',
  ...shownTables,
  standingCharge: importTariff.standingCharge,
  standingChargeScale: importTariff.standingChargeScale,
  prices: importTariff.prices,
  priceScale: importTariff.priceScale,
}
const shownInPart: Answer = {
  ...answerOfAll([
    ...Array.from({ length: 15 }, (): ResultCode => 'success'),
    ...(['hardwareFault', 'otherReason'] as const),
  ]),
  ...shownTables,
}
const tariffShown = encodeResponse(readShown, shown, device, crypto)
const configurationRead = encodeResponse(readConfiguration, setUp, device, crypto)
const operationRead = encodeResponse(readOperation, atWork, device, crypto)
const ofProfile = {
  device: identities.device,
  reader: readProfile.originator,
  counter: readProfile.counter,
}
const profile = profileBytes(
  [0, 1_500, 3_700].map((wattHours, place) => ({
    until: instant(readProfile.from + place * 1_800_000),
    wattHours,
  })),
)
const toReader = { own: device, peer: keys.supplier.key.publicKey }
const profileRead = answer(readProfile, 'success', protect(profile, ofProfile, toReader, crypto))
export const fromDevice = {
  response: success,
  refusal: answer(charge, 'otherReason'),
  responseToPreAuthorisation: answer(response, 'success'),
  responseToActivation: ofActivation,
  responseToCredentials: renewed,
  responseToNewController: handedOver,
  responseToOffsetLimit: answer(offsetLimit, 'success'),
  responseToClockSetting: answer(clockSetting, 'success'),
  responseToActivatedLoad: answer(activated, 'success'),
  responseToDeactivatedLoad: answer(deactivated, 'readWriteDenied'),
  responseToCalendar: answer(calendar, 'success'),
  responseToCalendarInPart: calendarInPart,
  responseToReadOfConfiguration: answer(readConfiguration, 'objectUndefined'),
  responseToReadOfControllers: answer(readOperation, 'objectUndefined'),
  responseWithConfiguration: configurationRead,
  responseWithConfigurationInPart: encodeResponse(readConfiguration, setUpInPart, device, crypto),
  responseWithOperation: operationRead,
  responseWithTariffShown: tariffShown,
  responseWithTariffShownInPart: encodeResponse(readShown, shownInPart, device, crypto),
  responseWithNoTariffShown: answer(readShown, 'objectUndefined'),
  responseToTariffDocument: answer(tariffDocument, 'success'),
  responseToImportTariff: answer(importTariff, 'success'),
  responseToImportTariffInPart: inPart,
  responseToTariff: answer(tariff, 'success'),
  responseWithTariff: answer(readTariff, 'success', installed),
  responseWithConsumption: answer(readConsumption, 'success', utf8('{"consumptions":[]}')),
  responseWithProfile: profileRead,
  responseWithNoProfile: answer(readProfile, 'objectUndefined'),
  alert,
  endAlert,
  calendarAlert,
  tariffAlert: encodeAlert(tariffExecuted, device, crypto),
}
const resigned = (bytes: Uint8Array, from: string, to: string): Uint8Array =>
  signPreCommand(changed(bytes.slice(0, -65), from, to), device, crypto)
/** With a result that there is not in the place of the last. */
const lastChanged = (bytes: Uint8Array): Uint8Array =>
  signPreCommand(concat(bytes.slice(0, -66), Uint8Array.of(0x63)), device, crypto)
/** The commands that are answered with a result for each object. */
const answeredInDlms: readonly Command[] = [
  importTariff,
  offsetLimit,
  clockSetting,
  response,
  activated,
  deactivated,
  calendar,
  readConfiguration,
  readOperation,
  readShown,
  tariff,
  tariffDocument,
  readTariff,
  readConsumption,
  readProfile,
]
/** Read as a response, except what is called an alert. */
export const invalidFromDevice = [
  { name: 'response cut short', message: success.slice(0, -1), reason: 'LengthWrong' },
  {
    name: 'response with a result that there is not',
    message: resigned(success, '03020002000300', '03020002000363'),
    reason: 'ContentMalformed',
    field: 'result of each',
  },
  {
    name: 'configuration with a description that no person could read',
    message: resigned(configurationRead, '4556534520', '4556531b20'),
    reason: 'ContentMalformed',
    field: 'descriptions',
  },
  {
    name: 'operation of a controller of no kind that there is',
    message: resigned(operationRead, '0901ff', '0901fe'),
    reason: 'ContentMalformed',
    field: 'kinds',
  },
  {
    name: 'tariff shown whose thresholds fall',
    message: resigned(tariffShown, '000003e806', '00ffffff06'),
    reason: 'ContentMalformed',
    field: 'thresholds',
  },
  {
    name: 'tariff shown whose price of now has another unit',
    message: resigned(tariffShown, '0ffa16fe', '0ffa161e'),
    reason: 'ContentMalformed',
    field: 'scale of the price of now',
  },
  {
    name: 'tariff shown in another currency',
    message: resigned(tariffShown, '03ff0203', '03000203'),
    reason: 'ContentMalformed',
    field: 'currency',
  },
  ...answeredInDlms.map((command) => ({
    name: `response to ${useCases[command.useCase].title} with a result that there is not`,
    message: lastChanged(answer(command, 'success')),
    reason: 'ContentMalformed',
    field: 'result of each',
  })),
  {
    name: 'profile that is encrypted for another than its reader',
    message: resigned(
      profileRead,
      `0908${hexOf(readProfile.originator)}0900`,
      `0908${hexOf(identities.dsrsp)}0900`,
    ),
    reason: 'ContentMalformed',
    field: 'parties',
  },
  {
    name: 'profile of another counter inside',
    message: resigned(profileRead, '0909040000', '0909040100'),
    reason: 'ContentMalformed',
    field: 'what was read, for its reader alone',
  },
  {
    name: 'response with two results',
    message: resigned(success, '03020002000300', '02020002000300'),
    reason: 'ContentMalformed',
    field: 'results',
  },
  {
    name: 'response to an activation with an outcome that there is not',
    message: resigned(ofActivation, '3009020100', '3009020109'),
    reason: 'ContentMalformed',
    field: 'outcome of the activation',
  },
  {
    name: 'response to new credentials with an outcome that there is not',
    message: resigned(renewed, '0a0100', '0a0101'),
    reason: 'ContentMalformed',
    field: 'outcome of each cell',
  },
  {
    name: 'response to new credentials under another counter inside',
    message: resigned(renewed, '02010e020102', '02010d020102'),
    reason: 'ContentMalformed',
    field: 'counter once more',
  },
  {
    name: 'response to a tariff with a result that there is not among others',
    message: resigned(inPart, '020d', '0205'),
    reason: 'ContentMalformed',
    field: 'result of each',
  },
  {
    name: 'response to a tariff with the result of an action among those of tables that were set',
    message: resigned(inPart, '020d', '030d'),
    reason: 'ContentMalformed',
    field: 'result of each',
  },
  {
    name: 'response to a new load controller in the mode of a supplier',
    message: resigned(handedOver, '0e02010b', '0e020102'),
    reason: 'ContentMalformed',
    field: 'mode of the replacement',
  },
  {
    name: 'response of another counter inside',
    message: resigned(success, 'da200003e8', 'da200003e7'),
    reason: 'ContentMalformed',
    field: 'invocation id',
  },
  {
    name: 'command in place of a response',
    message: resigned(success, 'df0902', 'df0901'),
    reason: 'HeaderMalformed',
    field: 'kind',
  },
  {
    name: 'alert with a level of 101',
    message: resigned(alert, '1164', '1165'),
    reason: 'ContentMalformed',
    field: 'resulting level',
  },
  {
    name: 'alert of an end that ends on 31 June',
    message: resigned(endAlert, '07ea0105ff1400', '07ea061fff1400'),
    reason: 'ContentMalformed',
    field: 'period end',
  },
  {
    name: 'alert of an execution with another alert code',
    message: resigned(calendarAlert, '128f66', '128f67'),
    reason: 'ContentMalformed',
    field: 'alert code',
  },
  {
    name: 'alert of an execution of an object that its command does not set',
    message: resigned(calendarAlert, '5e2c801a06', '5e2c801b06'),
    reason: 'ContentMalformed',
    field: 'command and object',
  },
  {
    name: 'alert of an execution of a command that is never future-dated',
    message: resigned(calendarAlert, '0913011a', '0913011e'),
    reason: 'ContentMalformed',
    field: 'command and object',
  },
  {
    name: 'alert of an unknown code',
    message: resigned(alert, '120121', '120123'),
    reason: 'UseCaseUnknown',
    field: 'message code',
  },
  {
    name: 'response in place of an alert',
    message: success,
    reason: 'HeaderMalformed',
    field: 'kind',
    as: 'alert',
  },
].map((vector) => ({ as: vector.name.startsWith('alert') ? 'alert' : 'response', ...vector }))
