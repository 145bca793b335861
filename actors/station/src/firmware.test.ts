import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createHash, createSign, constants, createPrivateKey } from 'node:crypto'
import { toIso, inMinutes, plus } from '@interlock/kernel'
import { expect, onTestFinished, test } from 'vitest'
import { second } from './fixture/commands.fixture.ts'
import { stationSubject } from './fixture/parties.fixture.ts'
import { car, night, scene } from './fixture/scene.fixture.ts'
import { foreignAuthority, pemFile } from './fixture/openssl.fixture.ts'
import { standardScene, type StandardScene } from './fixture/standard.fixture.ts'
import { until } from './fixture/until.fixture.ts'

const maker = foreignAuthority()
const signer = maker.server('127.0.0.1')
const stranger = foreignAuthority().server('127.0.0.1')
const image = Buffer.from('INTERLOCK-FIRMWARE simulated-charger 2.0.0\nprogram')

const sign = (content: Buffer, key = signer.key): string =>
  createSign('sha256')
    .update(content)
    .sign({ key: createPrivateKey(key), padding: constants.RSA_PKCS1_PSS_PADDING }, 'base64')

/** A file server; `undefined` is a file that is not there. */
async function serve(content: Buffer | undefined): Promise<{ url: string; asked: () => number }> {
  let asked = 0
  const server: Server = createServer((_, response) => {
    asked += 1
    response.writeHead(content === undefined ? 404 : 200).end(content)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/image.bin`,
    asked: () => asked,
  }
}

async function prepared(): Promise<StandardScene> {
  const to = await standardScene()
  await to.csms.call('InstallCertificate', {
    certificateType: 'ManufacturerRootCertificate',
    certificate: maker.certificatePem,
  })
  return to
}
const update = (to: StandardScene, location: string, change: object = {}, requestId = 1) =>
  to.csms.call('UpdateFirmware', {
    requestId,
    firmware: {
      location,
      retrieveDateTime: toIso(night),
      signingCertificate: signer.cert,
      signature: sign(image),
      ...change,
    },
  })
const statuses = (to: StandardScene): unknown[] =>
  to.csms.sent('FirmwareStatusNotification').map(({ status }) => status)
const eventsOf = (to: StandardScene): unknown[] =>
  to.csms.sent('SecurityEventNotification').map(({ type }) => type)
const reached = (to: StandardScene, status: string) =>
  until(() => statuses(to).at(-1) === status, status)

test('L01.FR.28, L01.FR.31, L01.FR.32: downloaded, verified, installed, booted with its reason and its version', async () => {
  const to = await prepared()
  const { url } = await serve(image)
  expect(await update(to, url)).toEqual({ status: 'Accepted' })
  await reached(to, 'Installed')
  expect(statuses(to)).toEqual([
    'Downloading',
    'Downloaded',
    'SignatureVerified',
    'Installing',
    'InstallRebooting',
    'Installed',
  ])
  expect(to.csms.sent('BootNotification').at(-1)).toMatchObject({
    reason: 'FirmwareUpdate',
    chargingStation: { firmwareVersion: '2.0.0' },
  })
  await until(() => eventsOf(to).includes('FirmwareUpdated'), 'the event')
})

test('L01.FR.16: it waits for the time to retrieve and for the time to install', async () => {
  const to = await prepared()
  const { url, asked } = await serve(image)
  const retrieveDateTime = toIso(plus(night, inMinutes(10)))
  const installDateTime = toIso(plus(night, inMinutes(20)))
  await update(to, url, { retrieveDateTime, installDateTime })
  await reached(to, 'DownloadScheduled')
  expect(asked()).toBe(0)
  await to.clock.advance(600_000)
  await reached(to, 'InstallScheduled')
  await to.clock.advance(600_000)
  await reached(to, 'Installed')
})

test.each([
  ['a signature by another key', { signature: sign(image, stranger.key) }, 'InvalidSignature'],
  ['a signature of another image', { signature: sign(Buffer.from('x')) }, 'InvalidSignature'],
])('L01.FR.03: %s ends the update and is an event', async (_, change, status) => {
  const to = await prepared()
  const { url } = await serve(image)
  await update(to, url, change)
  await reached(to, status)
  await until(() => eventsOf(to).includes('InvalidFirmwareSignature'), 'the event')
  expect(to.csms.sent('BootNotification')).toHaveLength(1)
})

test('L01.FR.02: a certificate of another maker is refused at once, and nothing is fetched', async () => {
  const to = await prepared()
  const { url, asked } = await serve(image)
  const change = { signingCertificate: stranger.cert, signature: sign(image, stranger.key) }
  expect(await update(to, url, change)).toMatchObject({ status: 'InvalidCertificate' })
  await until(() => eventsOf(to).includes('InvalidFirmwareSigningCertificate'), 'the event')
  expect(asked()).toBe(0)
})

test('L01: firmware without signature or certificate is not taken', async () => {
  const to = await prepared()
  const answer = await to.csms.call('UpdateFirmware', {
    requestId: 1,
    firmware: { location: 'http://127.0.0.1:1/x', retrieveDateTime: toIso(night) },
  })
  expect(answer).toMatchObject({ status: 'Rejected' })
})

test('L01.FR.30: what cannot be fetched is tried as often as was said, then failed', async () => {
  const to = await prepared()
  const { url, asked } = await serve(undefined)
  await to.csms.call('UpdateFirmware', {
    requestId: 9,
    retries: 2,
    retryInterval: 10,
    firmware: {
      location: url,
      retrieveDateTime: toIso(night),
      signingCertificate: signer.cert,
      signature: sign(image),
    },
  })
  for (const attempts of [1, 2, 3]) {
    await until(() => asked() === attempts, `attempt ${attempts}`)
    if (attempts === 3) break
    await until(() => to.clock.armed('firmware'), 'the wait for the next')
    await to.clock.advance(10_000)
  }
  await reached(to, 'DownloadFailed')
  expect(to.csms.sent('FirmwareStatusNotification').at(-1)).toMatchObject({ requestId: 9 })
})

test.each([
  ['for another model', 'INTERLOCK-FIRMWARE toaster 2.0.0\nx'],
  ['that is empty', ''],
])('L01.FR.29: a signed image %s is not run', async (_, text) => {
  const to = await prepared()
  const content = Buffer.from(text)
  const { url } = await serve(content)
  await update(to, url, { signature: sign(content) })
  await reached(to, 'InstallVerificationFailed')
  expect(to.csms.sent('BootNotification')).toHaveLength(1)
})

test('L01.FR.06: it waits for the end of the transaction, and then needs no word', async () => {
  const to = await prepared()
  const { url } = await serve(image)
  to.station.hardware.plugIn(car)
  await update(to, url)
  await reached(to, 'InstallScheduled')
  to.station.hardware.unplug()
  await reached(to, 'Installed')
})

test('L01.FR.06: a transaction that ends while the CSMS is told of it is not waited for', async () => {
  const to = await prepared()
  const { url } = await serve(image)
  to.station.hardware.plugIn(car)
  to.csms.answers['FirmwareStatusNotification'] = ({ status }) => {
    if (status === 'InstallScheduled') to.station.hardware.unplug()
    return {}
  }
  await update(to, url)
  await reached(to, 'Installed')
})

test('L01.FR.24: a second request takes the place of one that waits', async () => {
  const to = await prepared()
  const { url } = await serve(image)
  await update(to, url, { retrieveDateTime: toIso(plus(night, inMinutes(10))) })
  await reached(to, 'DownloadScheduled')
  expect(await update(to, url, {}, 2)).toEqual({ status: 'AcceptedCanceled' })
  await reached(to, 'Installed')
  expect(to.csms.sent('FirmwareStatusNotification').at(-1)).toMatchObject({ requestId: 2 })
})

test('an update outlives a loss of power while it waits', async () => {
  const to = await prepared()
  const { url } = await serve(image)
  await update(to, url, { retrieveDateTime: toIso(plus(night, inMinutes(10))) })
  await reached(to, 'DownloadScheduled')
  await to.restart()
  await until(() => statuses(to).length === 2, 'it is scheduled again')
  await to.clock.advance(600_000)
  await reached(to, 'Installed')
})

test('F06: a trigger tells the last status, and Idle when there is none', async () => {
  const to = await prepared()
  const trigger = { requestedMessage: 'FirmwareStatusNotification' }
  await to.csms.call('TriggerMessage', trigger)
  await reached(to, 'Idle')
})

test.each([
  ['the image that was registered', 'Installed', image],
  ['another image of the same maker', 'InvalidSignature', Buffer.from('another')],
])('a supervised station makes of %s, once seconded: %s', async (_, status, content) => {
  const sha256 = createHash('sha256').update(image).digest('hex')
  const { url } = await serve(content)
  const to = await scene({
    config: { manufacturerRoot: pemFile('maker.pem', maker.certificatePem) },
  })
  const told = () => to.csms.sent('FirmwareStatusNotification').map((each) => each.status)
  const firmware = {
    location: `${url}/${sha256}`,
    retrieveDateTime: toIso(night),
    installDateTime: toIso(night),
    signingCertificate: signer.cert.trim(),
    signature: sign(content),
  }
  // Plain, it is refused.
  expect(await to.csms.endpoint().call('UpdateFirmware', { requestId: 1, firmware })).toMatchObject(
    { status: 'Rejected', statusInfo: { reasonCode: 'Unsigned' } },
  )
  const target = { station: stationSubject.eui, evse: 0 }
  const command = to.csms.signed('UpdateFirmware', { requestId: 1, firmware }, { target })
  expect(await to.csms.command('UpdateFirmware', second(to.clock, command))).toEqual({
    status: 'Accepted',
  })
  if (status === 'Installed') await until(() => to.clock.armed('reset'), 'the wait for the restart')
  await to.clock.advance(1_800_000)
  await until(() => told().at(-1) === status, status)
})
