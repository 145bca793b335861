import { encodePreCommand, signPreCommand } from '@interlock/gbcs'
import { inMinutes, instant, toBase64 } from '@interlock/kernel'
import { fromPem } from '@interlock/pki'
import { expect, test } from 'vitest'
import {
  crypto,
  llcs,
  meter,
  nextMeter,
  renewedSupplier,
  stationSubject,
  supplier,
} from './fixture/parties.fixture.ts'
import { night, scene } from './fixture/scene.fixture.ts'

/** Two half-hours of prices, as the supplier of the home signs them. */
function tariff(
  version: number,
  { key = supplier.key, target = meter, from = night } = {},
): { kind: 'tariff'; signed: string } {
  const command = encodePreCommand({
    useCase: 'UpdateHalfHourlyTariff',
    originator: supplier.peer.organisation,
    target,
    counter: BigInt(version),
    version,
    from,
    prices: [27_300, -1_250],
  })
  return { kind: 'tariff', signed: toBase64(signPreCommand(command, key, crypto)) }
}

test('the price of the half-hour is shown, also after a loss of power, and none when there is none', async () => {
  const to = await scene()
  const price = () => to.station.observe().pencePerKilowattHour
  expect(price()).toBeUndefined()
  expect(await to.llcs.tell(tariff(3))).toBeUndefined()
  expect(price()).toBe(27.3)
  await to.restart()
  expect(price()).toBe(27.3)
  await to.clock.advance(inMinutes(30))
  expect(price()).toBe(-1.25)
  await to.clock.advance(inMinutes(30))
  expect(price()).toBeUndefined()
})

test('an LLCS that is not what it was passes on nothing that the supplier did not sign for this home', async () => {
  const to = await scene()
  expect(await to.llcs.tell(tariff(3))).toBeUndefined()
  expect(await to.llcs.tell(tariff(3))).toBeUndefined()
  const stranger = crypto.generateKey().key
  expect(await to.llcs.tell(tariff(4, { key: stranger }))).toBe('TariffForged')
  expect(await to.llcs.tell(tariff(4, { target: stationSubject.eui }))).toBe('TariffElsewhere')
  expect(await to.llcs.tell(tariff(2))).toBe('TariffOlder')
  const before = instant(night - 4 * 1_800_000)
  expect(await to.llcs.tell(tariff(4, { from: before }))).toBe('TariffStale')
  expect(to.station.observe().pencePerKilowattHour).toBe(27.3)
})

/** The supplier renews its certificate at the LLCS, which passes that on. */
function renewal(
  counter: number,
  { by = supplier.key, of = renewedSupplier, target = llcs } = {},
): { kind: 'supplier'; signed: string } {
  const command = encodePreCommand({
    useCase: 'CS02b',
    originator: supplier.peer.organisation,
    target,
    counter: BigInt(counter),
    floor: 0n,
    replacements: [
      { cell: { role: 'supplier', keyUsage: 'digitalSignature' }, certificate: of.peer.der },
    ],
    path: fromPem(of.chainPem, 'CERTIFICATE').slice(1),
    timeChecks: true,
  })
  return { kind: 'supplier', signed: toBase64(signPreCommand(command, by, crypto)) }
}

test('a charger follows its supplier to the next certificate, and what the key before signs counts no longer', async () => {
  const to = await scene()
  const { key } = renewedSupplier
  expect(await to.llcs.tell(tariff(3))).toBeUndefined()
  expect(await to.llcs.tell(tariff(4, { key }))).toBe('TariffForged')
  expect(await to.llcs.tell(renewal(7))).toBeUndefined()
  expect(await to.llcs.tell(tariff(4))).toBe('TariffForged')
  expect(await to.llcs.tell(tariff(4, { key }))).toBeUndefined()
  await to.restart()
  expect(await to.llcs.tell(tariff(5))).toBe('TariffForged')
  expect(await to.llcs.tell(tariff(5, { key }))).toBeUndefined()
  // It is told of each at every connection, the earlier ones too; and none by the key before is new.
  expect(await to.llcs.tell(renewal(7))).toBeUndefined()
  expect(await to.llcs.tell(renewal(6))).toBeUndefined()
  expect(await to.llcs.tell(renewal(8, { of: supplier }))).toBe('SignatureInvalid')
  expect(await to.llcs.tell(tariff(6, { key }))).toBeUndefined()
})

test('a renewal that the supplier did not sign for this LLCS, or for itself, changes nothing', async () => {
  const to = await scene()
  const { key } = renewedSupplier
  expect(await to.llcs.tell(renewal(7, { by: crypto.generateKey().key }))).toBe('SignatureInvalid')
  expect(await to.llcs.tell(renewal(7, { target: stationSubject.eui }))).toBe('TargetMismatch')
  expect(await to.llcs.tell(renewal(7, { of: nextMeter }))).toBe('RoleWrong')
  expect(await to.llcs.tell({ ...tariff(7), kind: 'supplier' })).toBe('Malformed')
  expect(await to.llcs.tell(tariff(4, { key }))).toBe('TariffForged')
  expect(await to.llcs.tell(tariff(4))).toBeUndefined()
})
