import { encodePreCommand, encodeResponse, signPreCommand, type Answer } from '@interlock/gbcs'
import { nodeCrypto as crypto } from '@interlock/host'
import { eui64, Fault, ok, refused } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { importTariff } from './import-tariff.fixture.ts'
import { readSigned, shownOther, type AskMeter } from './tariff-reads.ts'

const supplier = eui64('02-00-00-00-00-00-00-06')
const meter = eui64('02-00-00-03-00-00-00-01')
const { key } = crypto.generateKey()
const tariff = (counter: bigint) => importTariff(supplier, meter, counter)
const signedOf = (counter: bigint): Uint8Array =>
  signPreCommand(encodePreCommand(tariff(counter).command), key, crypto)
const [first, second] = [signedOf(1n), signedOf(2n)]
const answer = (useCase: 'ECS24' | 'ReadTariff', of: Answer): Uint8Array =>
  encodeResponse({ useCase, originator: supplier, target: meter, counter: 1n }, of, key, crypto)
const { shown } = tariff(1n)
const another: Answer = { ...shown, standingCharge: 1 }

/** A meter that shows this, and by then holds that. */
const meterOf =
  (shows: Answer, holds = first): AskMeter =>
  (read) =>
    Promise.resolve(
      ok(
        read === 'readTariff'
          ? answer('ECS24', shows)
          : answer('ReadTariff', { result: 'success', data: holds }),
      ),
    )

test('a meter that shows another tariff than was signed is told by its tables, and one that does not by none', async () => {
  expect(await readSigned(meterOf(shown))).toEqual(ok(first))
  expect(await shownOther(first, meterOf(shown))).toEqual([])
  expect(await shownOther(first, meterOf(another))).toEqual(['standingCharge'])
})

test('nothing is held against a meter that went over to another tariff between the reads', async () => {
  expect(await shownOther(first, meterOf(another, second))).toBeUndefined()
})

test('what could not be read is not compared', async () => {
  const away: AskMeter = () => Promise.reject(new Fault('PeerUnavailable', 'nobody answers'))
  const deaf: AskMeter = () => Promise.resolve(refused('DeviceUnreachable'))
  expect(await shownOther(first, away)).toBeUndefined()
  expect(await shownOther(first, deaf)).toBeUndefined()
  expect(await shownOther(Uint8Array.of(1), meterOf(another))).toBeUndefined()
  expect(await readSigned(deaf)).toMatchObject({ reason: 'DeviceUnreachable' })
  expect(await readSigned(() => Promise.resolve(ok(Uint8Array.of(1))))).toMatchObject({
    reason: 'TariffUnreadable',
  })
})
