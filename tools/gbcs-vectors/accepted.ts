import { keys, send, sendUnsigned } from './parties.ts'
import {
  activated,
  activation,
  calendar,
  charge,
  clockSetting,
  deactivated,
  importTariff,
  newController,
  noCalendar,
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
  topUpRenewal,
} from './samples.ts'

/** As received by the device; its last counter from each originator is 999 (6 from the supplier). */
export const valid = [
  { name: 'on-demand arm of an owner (ECS47a)', message: send(charge), command: charge },
  {
    name: 'response pre-authorisation (ECS47e)',
    message: send(response, keys.dsrsp),
    command: response,
  },
  {
    name: 'activation of a load (ours, not GBCS)',
    message: send(activated, keys.supplier),
    command: activated,
  },
  {
    name: 'deactivation of a load (ours, not GBCS)',
    message: send(deactivated, keys.supplier),
    command: deactivated,
  },
  {
    name: 'calendar of the controllers, for later (ECS46d)',
    message: send(calendar, keys.supplier),
    command: calendar,
  },
  {
    name: 'no calendar at all, at once (ECS46d)',
    message: send(noCalendar, keys.supplier),
    command: noCalendar,
  },
  {
    name: 'tariff of registers, calendar and blocks, for later (ECS01a)',
    message: send(importTariff, keys.supplier),
    command: importTariff,
  },
  {
    name: 'half-hourly tariff (ours, not GBCS)',
    message: send(tariff, keys.supplier),
    command: tariff,
  },
  {
    name: 'tariff document (ours, not GBCS)',
    message: send(tariffDocument, keys.supplier),
    command: tariffDocument,
  },
  {
    name: 'randomised offset limit (ECS38)',
    message: send(offsetLimit, keys.supplier),
    command: offsetLimit,
  },
  {
    name: 'time of the clock (ECS70)',
    message: send(clockSetting, keys.supplier),
    command: clockSetting,
  },
  {
    name: 'activation of firmware (CS06)',
    message: send(activation, keys.supplier),
    command: activation,
  },
  {
    name: "the supplier's next certificate (CS02b)",
    message: send(renewal, keys.supplier),
    command: renewal,
  },
  {
    name: 'certificates for top-ups, without time checks (CS02b)',
    message: send(topUpRenewal, keys.supplier),
    command: topUpRenewal,
  },
  {
    name: 'another load controller (CS02g)',
    message: send(newController, keys.supplier),
    command: newController,
  },
  {
    name: 'every value at its end: controller 5, level 0, the highest counter',
    message: send({ ...charge, controller: 5, levelPercent: 0, counter: (1n << 64n) - 1n }),
    command: { ...charge, controller: 5, levelPercent: 0, counter: (1n << 64n) - 1n },
  },
  {
    name: 'no random offset at all (ECS38)',
    message: send({ ...offsetLimit, limitSeconds: 0 }, keys.supplier),
    command: { ...offsetLimit, limitSeconds: 0 },
  },
  {
    name: 'read of the tariff, with a MAC only (ours, not GBCS)',
    message: sendUnsigned(readTariff),
    command: readTariff,
  },
  {
    name: 'read of the consumption, with a MAC only (ours, not GBCS)',
    message: sendUnsigned(readConsumption),
    command: readConsumption,
  },
  {
    name: 'read of half-hours of active import, with a MAC only (ECS22b)',
    message: sendUnsigned(readProfile),
    command: readProfile,
  },
  {
    name: 'read of the tariff that a meter shows, with a MAC only (ECS24)',
    message: sendUnsigned(readShown),
    command: readShown,
  },
  ...[readConfiguration, readOperation].map((command) => ({
    name: `read of the auxiliary controllers, with a MAC only (${command.useCase})`,
    message: sendUnsigned(command),
    command,
  })),
]
