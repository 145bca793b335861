/** Pre-commands written out by hand from the wire facts, for this package's tests. */

export const hex = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))

const command = (setting: string): string =>
  [
    'df0901',
    '0102030405060708', // originator counter
    '0892b3d51f30010008', // originator
    '0800db1234567890a0', // target
    '00', // no date-time
    '02011e', // other information: message code ECS47a
    '45', // length of the content
    'd920060708', // invocation: low three bytes of the counter
    '00',
    '03',
    '02000100005e2c750102', // start of controller 1
    '02000100005e2c750202', // its end
    '03000900000a0067ff01', // the script that sets its level
    '03',
    '090c07ea0105ff120000008000ff', // 2026-01-05 18:00:00
    '090c07ea0105ff141e00008000ff', // 2026-01-05 20:30:00
    setting,
  ].join('')

/** Controller 1, towards the car, 100 %, 18:00 to 20:30 UTC on 5 January 2026. */
export const preCommandHex = command('121164')
/** The same with a level of nought. */
export const stopHex = command('121100')

export const asked = {
  originator: '92-B3-D5-1F-30-01-00-08',
  target: '00-DB-12-34-56-78-90-A0',
  controller: 1,
  levelPercent: 100,
  from: Date.parse('2026-01-05T18:00:00Z'),
  until: Date.parse('2026-01-05T20:30:00Z'),
}
