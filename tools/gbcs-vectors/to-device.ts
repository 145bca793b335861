import { addMac, encodePreCommand, wrapMac } from '@interlock/gbcs'
import { nodeCrypto as crypto } from '@interlock/host'
import { concat } from '@interlock/kernel'
import {
  changed,
  flipped,
  identities,
  keys,
  malformed,
  send,
  sendUnsigned,
  toDevice,
} from './parties.ts'
import {
  activated,
  activation,
  at,
  calendar,
  charge,
  deactivated,
  importTariff,
  load,
  newController,
  noCalendar,
  offsetLimit,
  readTariff,
  tariff,
  tariffDocument,
  topUpRenewal,
} from './samples.ts'
import { wrongContents } from './wrong-contents.ts'

const good = send(charge)
const read = sendUnsigned(readTariff)
/** `81 45` where `45` would do: no encoder of a MAC header here reads it, so it is written by hand. */
function overlong(preCommand: Uint8Array): Uint8Array {
  const longer = changed(preCommand, '011e45', '011e8145')
  const signature = crypto.sign(keys.owner.key, longer.slice(1))
  return wrapMac(concat(longer, Uint8Array.of(64), signature), new Uint8Array(12))
}
const newYear = '090c07eb0101ff000000008000ff'
const macOfStranger = { own: keys.stranger.key, peer: keys.device.key.publicKey }
export const invalid = [
  {
    name: 'MAC by a stranger',
    message: send(charge, keys.owner, macOfStranger),
    reason: 'MacInvalid',
  },
  {
    name: 'signed by a stranger',
    message: send(charge, keys.stranger),
    reason: 'SignatureInvalid',
  },
  {
    name: 'signed by the DCC itself',
    message: send(charge, keys.broker),
    reason: 'SignatureInvalid',
  },
  {
    name: 'owner sends what only a DSRSP may',
    message: send({ ...charge, useCase: 'ECS47e' }),
    reason: 'OriginatorUnknown',
  },
  {
    name: 'for another device',
    message: send({ ...charge, target: identities.broker }),
    reason: 'RecipientWrong',
  },
  {
    name: 'counter used before',
    message: send({ ...charge, counter: 999n }),
    reason: 'CounterUsed',
  },
  {
    name: 'one bit of the MAC changed',
    message: flipped(good, good.length - 1),
    reason: 'MacInvalid',
  },
  {
    name: 'one bit of the level changed',
    message: flipped(good, 14 + 102),
    reason: 'ContentMalformed',
  },
  {
    name: 'one bit of the signature changed',
    message: flipped(good, 14 + 110),
    reason: 'MacInvalid',
  },
  { name: 'without its MAC header', message: good.slice(14, -12), reason: 'NotGbcs' },
  { name: 'longer than any', message: new Uint8Array(8_193).fill(0xdd), reason: 'TooLong' },
  { name: 'truncated', message: good.slice(0, -1), reason: 'LengthWrong' },
  { name: 'a byte too long', message: Uint8Array.from([...good, 0]), reason: 'LengthWrong' },
  {
    name: 'controller 6',
    message: malformed({ ...charge, controller: 5 }, '121564', '121664'),
    reason: 'ContentMalformed',
    field: 'direction, controller and level',
  },
  {
    name: 'input and output at once',
    message: malformed(charge, '121164', '123164'),
    reason: 'ContentMalformed',
    field: 'direction, controller and level',
  },
  {
    name: 'level 101',
    message: malformed(charge, '121164', '121165'),
    reason: 'ContentMalformed',
    field: 'direction, controller and level',
  },
  {
    name: 'objects of another controller than the level',
    message: malformed(charge, '121164', '121264'),
    reason: 'ContentMalformed',
    field: 'object of the period start',
  },
  {
    name: 'script of the other use case',
    message: malformed(charge, '0a0067', '0a006b'),
    reason: 'ContentMalformed',
    field: 'script of the level',
  },
  {
    name: '31 June',
    message: malformed(charge, '07ea0105ff12', '07ea061fff12'),
    reason: 'ContentMalformed',
    field: 'period start',
  },
  {
    name: 'a period start that names a day of the week',
    message: malformed(charge, '07ea0105ff12', '07ea01050112'),
    reason: 'ContentMalformed',
    field: 'period start',
  },
  {
    name: 'an invocation id that is not the counter',
    message: malformed(charge, 'd9200003e8', 'd9200003e9'),
    reason: 'ContentMalformed',
    field: 'invocation id',
  },
  {
    name: 'random offset of 1800 seconds',
    message: malformed(offsetLimit, '120258', '120708', keys.supplier),
    reason: 'ContentMalformed',
    field: 'randomised offset limit',
  },
  {
    name: 'random offset by an owner',
    message: send({ ...offsetLimit, originator: identities.owner, counter: 1_000n }),
    reason: 'OriginatorUnknown',
  },
  {
    name: 'activation of a load by an owner',
    message: send({ ...activated, originator: identities.owner, counter: 1_000n }),
    reason: 'OriginatorUnknown',
  },
  {
    name: 'activation of a load under a counter used before',
    message: send({ ...activated, counter: 6n }, keys.supplier),
    reason: 'CounterUsed',
  },
  {
    name: 'activation of a load at half its level',
    message: malformed(activated, '121364', '121332', keys.supplier),
    reason: 'ContentMalformed',
    field: 'direction, controller and level',
  },
  {
    name: 'activation of a load in the direction of input',
    message: malformed(activated, '121364', '122364', keys.supplier),
    reason: 'ContentMalformed',
    field: 'direction, controller and level',
  },
  {
    name: 'deactivation of a load to a level',
    message: malformed(deactivated, '121300', '121301', keys.supplier),
    reason: 'ContentMalformed',
    field: 'direction, controller and level',
  },
  {
    name: 'calendar by an owner',
    message: send({ ...calendar, originator: identities.owner, counter: 1_000n }),
    reason: 'OriginatorUnknown',
  },
  {
    name: 'calendar of two tables that come into force apart',
    message: malformed(
      { ...noCalendar, execution: at('2027-01-01T00:00:00Z') },
      '090c07eb0101ff000000008000ff090c07eb0101',
      '090c07eb0101ff000000008000ff090c07eb0102',
      keys.supplier,
    ),
    reason: 'ContentMalformed',
    field: 'date of execution of the calendar',
  },
  {
    name: 'calendar with a level in force in place of one to come',
    message: malformed(calendar, '1225e4', '122564', keys.supplier),
    reason: 'ContentMalformed',
    field: 'entries of the calendar',
  },
  {
    name: 'calendar with a bit for a special day that there is not',
    message: malformed(calendar, '040180', '0401c0', keys.supplier),
    reason: 'ContentMalformed',
    field: 'entries of the calendar',
  },
  {
    name: 'calendar at 24 o’clock',
    message: malformed(calendar, '0904173b3b00', '0904183b3b00', keys.supplier),
    reason: 'ContentMalformed',
    field: 'entries of the calendar',
  },
  {
    name: 'tariff by an owner',
    message: send({ ...importTariff, originator: identities.owner, counter: 1_000n }),
    reason: 'OriginatorUnknown',
  },
  {
    name: 'tariff of tables that come into force apart',
    message: malformed(
      importTariff,
      `${newYear}${newYear}${newYear}${newYear}${newYear}${newYear}`,
      `${newYear}${newYear}${newYear}${newYear}${newYear}${newYear.replace('0101', '0102')}`,
      keys.supplier,
    ),
    reason: 'ContentMalformed',
    field: 'date of execution of the calendar',
  },
  {
    name: 'tariff with a week that there is not',
    message: malformed(importTariff, '8000ff090102', '8000ff090103', keys.supplier),
    reason: 'ContentMalformed',
    field: 'parameters',
  },
  {
    name: 'tariff that switches to a register between the two kinds',
    message: malformed(importTariff, '0064ff120030', '0064ff120031', keys.supplier),
    reason: 'ContentMalformed',
    field: 'days',
  },
  {
    name: 'tariff whose thresholds fall',
    message: malformed(importTariff, '06000003e8', '06000fffff', keys.supplier),
    reason: 'ContentMalformed',
    field: 'thresholds',
  },
  {
    name: 'tariff in another currency',
    message: malformed(importTariff, '03ff0203', '03000203', keys.supplier),
    reason: 'ContentMalformed',
    field: 'currency in force',
  },
  {
    name: 'tariff with a price out of its place',
    message: malformed(importTariff, '020209010210', '020209010310', keys.supplier),
    reason: 'ContentMalformed',
    field: 'prices',
  },
  {
    name: 'tariff with a price less than it says',
    message: malformed(importTariff, '00ff0f020150', '00ff0f02014f', keys.supplier),
    reason: 'ContentMalformed',
    field: 'prices',
  },
  {
    name: 'activation of firmware by an owner',
    message: send({ ...activation, originator: identities.owner, counter: 1_000n }),
    reason: 'OriginatorUnknown',
  },
  {
    name: 'activation of firmware with another counter inside',
    message: malformed(activation, '9f02010c', '9f02010d', keys.supplier),
    reason: 'ContentMalformed',
    field: 'counter once more',
  },
  {
    name: 'activation of firmware with a hash that is no octet string',
    message: malformed(activation, '30250420', '30250c20', keys.supplier),
    reason: 'ContentMalformed',
    field: 'octet string of the hash',
  },
  {
    name: 'certificates of a load controller by that load controller',
    message: send({ ...newController, originator: identities.dsrsp, counter: 1_000n }, keys.dsrsp),
    reason: 'OriginatorUnknown',
  },
  {
    name: "a supplier's certificates by an owner",
    message: send({ ...topUpRenewal, originator: identities.owner, counter: 1_000n }),
    reason: 'OriginatorUnknown',
  },
  {
    name: "a supplier's certificates in the mode of a network operator",
    message: malformed(topUpRenewal, '020102810101', '020103810101', keys.supplier),
    reason: 'ContentMalformed',
    field: 'mode of the replacement',
  },
  {
    name: "a supplier's certificates authorised by another cell",
    message: malformed(topUpRenewal, 'a20702010203020780', 'a20702010303020780', keys.supplier),
    reason: 'ContentMalformed',
    field: 'cell of the authoriser',
  },
  {
    name: "a supplier's certificates under another counter inside",
    message: malformed(topUpRenewal, '83010e', '83010d', keys.supplier),
    reason: 'ContentMalformed',
    field: 'counter once more',
  },
  {
    name: 'certificates for a cell that there is not',
    message: malformed(topUpRenewal, '020102030203080201', '020109030203080201', keys.supplier),
    reason: 'ContentMalformed',
    field: 'replacements',
  },
  {
    name: 'certificates for one cell twice',
    message: malformed(
      { ...topUpRenewal, topUpFloor: 0n },
      '300a02010203020308020101',
      '300a02010203020308020100',
      keys.supplier,
    ),
    reason: 'ContentMalformed',
    field: 'replacements',
  },
  {
    name: 'tariff with a price less than it says',
    message: malformed(tariff, '0004000', '0005000', keys.supplier),
    reason: 'ContentMalformed',
    field: 'number of prices',
  },
  {
    name: 'tariff that begins within a half-hour',
    message: malformed(tariff, '00000000695aff00', '00000000695aff01', keys.supplier),
    reason: 'ContentMalformed',
    field: 'start of the first half-hour',
  },
  {
    name: 'tariff document that begins as another content',
    message: malformed(
      { ...tariffDocument, document: Uint8Array.of(0x7b) },
      'f3000000047b',
      'f2000000047b',
      keys.supplier,
    ),
    reason: 'ContentMalformed',
    field: 'tariff document',
  },
  ...wrongContents,
  {
    name: 'a message code that nobody knows',
    message: malformed(charge, '02011e45', '02010045'),
    reason: 'UseCaseUnknown',
    field: 'message code',
  },
  {
    name: 'a response in place of a command',
    message: malformed(charge, 'df0901', 'df0902'),
    reason: 'HeaderMalformed',
    field: 'kind',
  },
  {
    name: 'a length of the content that is not the shortest form',
    message: overlong(encodePreCommand(charge)),
    reason: 'LengthWrong',
    field: 'length of the content',
  },
  {
    name: 'a read with one bit of its MAC changed',
    message: flipped(read, read.length - 1),
    reason: 'MacInvalid',
  },
  {
    name: 'signature missing',
    message: addMac(
      Uint8Array.from([...encodePreCommand(charge), 0]),
      'unsigned',
      toDevice,
      crypto,
    ),
    reason: 'SignatureMissing',
  },
]
/** Verify, but a device answers `otherReason`. */
export const notExecutable = [
  { name: 'longer than 24 hours', message: send({ ...charge, until: at('2026-01-06T18:00:01Z') }) },
  { name: 'end before start', message: send({ ...charge, until: at('2026-01-05T17:59:59Z') }) },
  { name: 'end equal to start', message: send({ ...charge, until: load.from }) },
  {
    name: 'a load active for longer than 24 hours',
    message: send({ ...activated, until: at('2026-01-06T18:00:01Z') }, keys.supplier),
  },
]
