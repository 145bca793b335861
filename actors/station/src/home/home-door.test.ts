import { askPinned, systemClock, verifyEcdsa } from '@interlock/host'
import { homeDoors, type HomeUsageFormat } from '@interlock/contract'
import { assert, instant, toBase64, type Eui64 } from '@interlock/kernel'
import { sequenceFindings, verifyRecord } from '@interlock/ocmf'
import { exportFormats, writeExport } from '@interlock/privacy'
import { openDataStatement } from '@interlock/seal'
import { expect, test } from 'vitest'
import { crypto, otherStation, owner, stationSubject } from '../fixture/parties.fixture.ts'
import { night, scene, type Scene } from '../fixture/scene.fixture.ts'
import { pairAtHome, readUsageAtHome, usageWord, type PairedHome } from './home-client.ts'
import { homeDoorLimits } from './home-door.ts'

const { eui: station } = stationSubject
const { key: stranger } = crypto.generateKey()
const frozen = systemClock.now()
const home = { host: '127.0.0.1', port: 0 }
/** Minutes that are counted do not pass, however long the test takes. */
const wall = { ...systemClock, now: () => frozen }

const addressOf = (to: Scene): string => `https://127.0.0.1:${to.station.homePort}`
const codeAt = (to: Scene): string => to.station.hardware.press('pair') ?? ''

async function paired(to: Scene): Promise<PairedHome> {
  const found = await pairAtHome(addressOf(to), { station, code: codeAt(to), key: owner.key })
  assert(found.ok, JSON.stringify(found))
  return found.value
}
const period = { from: night, until: instant(night + 2 * 3_600_000) }

test('an owner reads at home, with the CSMS away, what the meter has signed (PF16, PF22)', async () => {
  const to = await scene({ config: { home }, withoutLlcs: true, wall })
  const address = addressOf(to)
  const known = await paired(to)
  to.station.hardware.network(false)
  to.station.hardware.plugIn({ energyWattHours: 5_000, vehicleWattsMax: 7_000 })
  to.station.hardware.press('start')
  await to.clock.advance(2 * 3_600_000)
  let seconds = 0
  const read = async (format: HomeUsageFormat) => {
    const at = to.clock.now() + 1_000 * ++seconds
    const answer = await readUsageAtHome(address, known, owner.key, { format, ...period }, at)
    assert(answer.ok, JSON.stringify(answer))
    return answer.value
  }

  const records = (await read('records')).trim().split('\n')
  const meterKey = toBase64(known.meter)
  const payloads = records.map((record) => verifyRecord(record, meterKey, verifyEcdsa))
  expect(payloads.every(({ ok }) => ok)).toBe(true)
  // None is missing, and one that is taken out is missed.
  const keyed = payloads.flatMap((each) => (each.ok ? [{ record: each.value, key: '' }] : []))
  expect(sequenceFindings(keyed)).toEqual([])
  const halfHours = keyed.filter(({ record }) => record.payload.PG.startsWith('F'))
  expect(sequenceFindings(halfHours.toSpliced(1, 1))).toMatchObject([{ problem: 'PageMissing' }])
  const json = JSON.parse(await read('json')) as {
    intervals: { from: string; until: string; import: number; export: number; quality: string }[]
  }
  const used = json.intervals.reduce((sum, each) => sum + each.import, 0)
  expect(used).toBe(5_000)
  // The same writers as of the CSMS's export, to the last character.
  const intervals = json.intervals.map((each) => ({
    from: instant(Date.parse(each.from)),
    until: instant(Date.parse(each.until)),
    importWattHours: each.import,
    exportWattHours: each.export,
    isEstimated: each.quality === 'estimated',
  }))
  for (const format of ['csv', 'greenButton'] as const) {
    expect(exportFormats).toHaveProperty(format)
    const expected = writeExport(format, { station, intervals }, to.clock.now(), crypto)
    expect(await read(format)).toBe(expected)
  }

  // What was kept is gone with the last owner, and the next one finds nothing of it.
  to.station.hardware.revoke(toBase64(owner.spki))
  expect(
    await readUsageAtHome(address, known, owner.key, { format: 'csv', ...period }, 1),
  ).toMatchObject({ reason: 'UsageRefused', detail: 'NotAuthenticated: OwnerUnknown' })
  await paired(to)
  expect((await read('records')).trim().split('\n')).toHaveLength(1)
})

test('at home nothing is given to a stranger, a repeat, a relay or a flood', async () => {
  const to = await scene({ config: { home }, withoutLlcs: true, wall })
  const address = addressOf(to)
  codeAt(to)
  const guess = { station, code: 'GUESSGUESSGUESSG', key: stranger }
  expect(await pairAtHome(address, guess)).toMatchObject({
    reason: 'PairingRefused',
    detail: 'NotAuthenticated: CodeWrong',
  })
  const known = await paired(to)
  const { door } = known
  const query = { format: 'csv', ...period } as const
  let at: number = night
  const usage = `${address}${homeDoors.usage}`
  const send = async (word: object) => (await askPinned(usage, () => word)).status
  const word = (key = owner.key, shown = door) => usageWord(station, shown, key, query, ++at)
  const good = word()
  expect(await send(good)).toBe(200)
  // A word that was heard on its way counts no second time; a new one does.
  expect(await send(good)).toBe(401)
  expect(await send(word())).toBe(200)
  expect(await send(word(stranger))).toBe(401)
  // One who stands between and shows a key of his own gets a word that the charger does not take,
  expect(await send(word(owner.key, stranger.publicKey.spki))).toBe(401)
  expect(await send({ ...word(), until: period.until + 1 })).toBe(401)
  expect(await send({ ...word(), extra: 1 })).toBe(400)
  // and from a device that has paired none at all.
  const other = { ...known, door: stranger.publicKey.spki }
  await expect(readUsageAtHome(address, other, owner.key, query, ++at)).rejects.toMatchObject({
    code: 'PeerUntrusted',
  })
  const long = { ...query, until: instant(night + 32 * 86_400_000) }
  expect(await send(usageWord(station, door, owner.key, long, ++at))).toBe(400)
  // Open data: the owner's word for the operator of this charger, and no other's.
  const choose = async (key: typeof stranger, publisher: Eui64) => {
    const statement = openDataStatement(station, publisher, true, ++at)
    const [by, signature] = [key.publicKey.spki, crypto.sign(key, statement)].map(toBase64)
    const data = { agrees: true, by, signature, at }
    const message = { vendorId: 'org.interlock', messageId: 'OpenData', data }
    return (await to.csms.endpoint().call('DataTransfer', message)).statusInfo?.reasonCode
  }
  expect(await choose(owner.key, stationSubject.organisation)).toBeUndefined()
  expect(await choose(owner.key, otherStation)).toBe('SignatureInvalid')
  expect(await choose(stranger, stationSubject.organisation)).toBe('OwnerUnknown')
  const statuses = []
  for (let each = 0; each < homeDoorLimits.perMinuteMax; each++) statuses.push(await send(word()))
  expect(statuses.at(0)).toBe(200)
  expect(statuses.at(-1)).toBe(429)
})

test('a charger whose door cannot open charges on without', async () => {
  const first = await scene({ config: { home }, withoutLlcs: true })
  const taken = { ...home, port: first.station.homePort ?? 0 }
  const second = await scene({ config: { home: taken }, withoutLlcs: true })
  expect(second.station.homePort).toBeUndefined()
  second.station.hardware.plugIn({ energyWattHours: 5_000, vehicleWattsMax: 7_000 })
  second.station.hardware.press('start')
  expect(second.station.observe().powerWatts).toBe(7_000)
})
