import { hashOf, readText } from '@interlock/host'
import { expect, test } from 'vitest'
import { foreignAuthority, pemFile } from './fixture/openssl.fixture.ts'
import { folderOf, stationSubject } from './fixture/parties.fixture.ts'
import type { PlainCsms } from './fixture/plain-csms.fixture.ts'
import { standardScene } from './fixture/standard.fixture.ts'

const first = foreignAuthority()
const second = foreignAuthority()
const weak = foreignAuthority(1_024)

const install = (csms: PlainCsms, certificateType: string, certificate: string) =>
  csms.call('InstallCertificate', { certificateType, certificate })
type Entry = { certificateType: string; certificateHashData: Record<string, unknown> }
const list = async (csms: PlainCsms, certificateType?: string[]): Promise<Entry[]> =>
  ((
    await csms.call(
      'GetInstalledCertificateIds',
      certificateType === undefined ? {} : { certificateType },
    )
  ).certificateHashDataChain ?? []) as Entry[]

test('M05, M03: what is installed is listed by its hash, by use, also after a loss of power', async () => {
  const to = await standardScene()
  const manufacturer = ['ManufacturerRootCertificate']
  expect(
    await to.csms.call('GetInstalledCertificateIds', { certificateType: manufacturer }),
  ).toEqual({ status: 'NotFound' })
  expect(await install(to.csms, 'ManufacturerRootCertificate', first.certificatePem)).toEqual({
    status: 'Accepted',
  })
  await install(to.csms, 'CSMSRootCertificate', second.certificatePem)
  await to.restart()
  expect(await list(to.csms, manufacturer)).toHaveLength(1)
  expect((await list(to.csms)).map((each) => each.certificateType).sort()).toEqual([
    'CSMSRootCertificate',
    'CSMSRootCertificate',
    'ManufacturerRootCertificate',
  ])
  // M05.FR.17: installed twice is installed once.
  expect(await install(to.csms, 'ManufacturerRootCertificate', first.certificatePem)).toEqual({
    status: 'Accepted',
  })
  expect(await list(to.csms, manufacturer)).toHaveLength(1)
})

test.each([
  ['no certificate', 'no certificate'],
  ['a weak key', weak.certificatePem],
  ['a leaf', first.server('127.0.0.1').cert],
])('M05.FR.07: %s is not installed', async (_, certificate) => {
  const { csms } = await standardScene()
  expect(await install(csms, 'CSMSRootCertificate', certificate)).toMatchObject({
    status: 'Rejected',
    statusInfo: { reasonCode: 'InvalidCertificate' },
  })
  expect(await list(csms)).toHaveLength(1)
})

test('M04: a certificate is deleted by its hash; one that is not there is not found', async () => {
  const { csms } = await standardScene()
  await install(csms, 'ManufacturerRootCertificate', first.certificatePem)
  const [entry] = await list(csms, ['ManufacturerRootCertificate'])
  const remove = (certificateHashData: object) =>
    csms.call('DeleteCertificate', { certificateHashData })
  const hash = entry?.certificateHashData ?? {}
  expect(await remove({ ...hash, serialNumber: 'ff' })).toEqual({ status: 'NotFound' })
  expect(await remove(hash)).toEqual({ status: 'Accepted' })
  expect(await remove(hash)).toEqual({ status: 'NotFound' })
})

test('M04.FR.03: the last root that a CSMS could be believed by is not deleted over TLS', async () => {
  const { csms } = await standardScene({
    tls: first.server('127.0.0.1'),
    config: { trust: { charging: pemFile('first.pem', first.certificatePem) } },
  })
  const remove = async (entry: Entry | undefined) =>
    csms.call('DeleteCertificate', { certificateHashData: entry?.certificateHashData })
  expect(await remove((await list(csms))[0])).toEqual({ status: 'Failed' })
  await install(csms, 'CSMSRootCertificate', second.certificatePem)
  expect(await remove((await list(csms))[0])).toEqual({ status: 'Accepted' })
})

test('M04.FR.06: the certificate of the station itself is not deleted', async () => {
  const { csms } = await standardScene({
    config: { identity: folderOf('chargingDevice', stationSubject.commonName) },
  })
  const chain = readText(`${folderOf('chargingDevice', stationSubject.commonName)}/chain.pem`)
  const certificateHashData = hashOf(chain, 'SHA256', [chain])
  expect(await csms.call('DeleteCertificate', { certificateHashData })).toEqual({
    status: 'Failed',
  })
})
