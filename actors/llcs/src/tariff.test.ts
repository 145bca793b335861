import { hanAnswers, hanRevocationList, hanTariff } from '@interlock/contract'
import { encodePreCommand, signPreCommand } from '@interlock/gbcs'
import { inHours, plus, toBase64 } from '@interlock/kernel'
import { createCrl, revocationBundle } from '@interlock/pki'
import { expect, test } from 'vitest'
import { crypto, issuing, meter, station, supplier } from './fixture/parties.fixture.ts'
import { scene, start, type Scene } from './fixture/scene.fixture.ts'

const done = Uint8Array.of(hanAnswers.done)
const refusal = Uint8Array.of(hanAnswers.refused)

/** Two half-hours of prices from `from` on, as the supplier signs them. */
function signed(
  version: number,
  { key = supplier.key, target = meter, from = start } = {},
): Uint8Array {
  const command = encodePreCommand({
    useCase: 'UpdateHalfHourlyTariff',
    originator: supplier.peer.organisation,
    target,
    counter: BigInt(version),
    version,
    from,
    prices: [27_300, -1_250],
  })
  return signPreCommand(command, key, crypto)
}
const bring = ({ hub }: Scene, bytes: Uint8Array) => hub.raw(hanTariff(bytes))
const told = (bytes: Uint8Array) => ({ kind: 'tariff', signed: toBase64(bytes) })

test('a tariff of the home goes on to the charger as it came, once, and again after a loss of power', async () => {
  const to = await scene()
  const tariff = signed(3)
  expect(await bring(to, tariff)).toEqual(done)
  expect(await bring(to, tariff)).toEqual(done)
  expect(to.station.of('tariff')).toEqual([told(tariff)])
  await to.restart()
  expect(to.station.of('tariff')).toEqual([told(tariff)])
})

test.each([
  ['TariffForged', () => signed(4, { key: crypto.generateKey().key })],
  ['TariffElsewhere', () => signed(4, { target: station })],
  ['TariffOlder', () => signed(2)],
  ['TariffStale', () => signed(4, { from: plus(start, inHours(-2)) })],
  ['TariffUnreadable', () => Uint8Array.of(1)],
])('%s is refused by name, and the charger is not told', async (reason, offered) => {
  const to = await scene()
  await bring(to, signed(3))
  expect(await bring(to, offered())).toEqual(refusal)
  expect(to.happenings.at(-1)).toMatchObject({ kind: 'security', reason })
  expect(to.station.of('tariff')).toHaveLength(1)
})

test('a supplier whose certificate is revoked sets no price any more', async () => {
  const to = await scene()
  const now = supplier.peer.notBefore
  const ca = issuing.smartMeter
  const list = createCrl({
    ca,
    number: 1,
    revoked: [{ serialHex: supplier.peer.serialHex, at: now }],
    now,
    validMillis: inHours(72),
    crypto,
  })
  await to.hub.raw(hanRevocationList(revocationBundle(list, ca.certificatePem)))
  expect(await bring(to, signed(3))).toEqual(refusal)
  expect(to.happenings.at(-1)).toMatchObject({ reason: 'SignerRevoked' })
})
