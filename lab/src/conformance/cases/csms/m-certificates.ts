import type { Request, Response } from '@interlock/ocpp'
import { csmsCase, type CsmsScene } from '../../csms/case.ts'
import { without } from '../../match.ts'
import { openRoot } from '../../csms/other-identity.ts'

type Kind = Request<'InstallCertificate'>['certificateType']
type Chain = NonNullable<Response<'GetInstalledCertificateIds'>['certificateHashDataChain']>[number]
type Use = Chain['certificateType']

const hash = (serialNumber: string): Chain['certificateHashData'] => ({
  hashAlgorithm: 'SHA256',
  issuerNameHash: 'a'.repeat(64),
  issuerKeyHash: 'b'.repeat(64),
  serialNumber,
})
const chain = (certificateType: Use, serialNumber: string): Chain => ({
  certificateType,
  certificateHashData: hash(serialNumber),
})

/** Sends a root; the CSMS then knows how the station took it. */
const installs = (kind: Kind, status: Response<'InstallCertificate'>['status']) =>
  async function run({ station, csms }: CsmsScene): Promise<void> {
    await station.boots()
    station.answers('InstallCertificate', { status })
    const request = { certificateType: kind, certificate: openRoot() }
    await csms.sends('InstallCertificate', request)
    await csms.knowsOf('certificateRequests', { certificateType: kind, status })
  }

/** Asks what is installed; the CSMS then knows each. */
const asks = (kinds: readonly Use[] | undefined, found: readonly Chain[]) =>
  async function run({ station, csms }: CsmsScene): Promise<void> {
    await station.boots()
    station.answers('GetInstalledCertificateIds', {
      status: 'Accepted',
      certificateHashDataChain: [...found],
    })
    const certificateType = kinds === undefined ? {} : { certificateType: [...kinds] }
    await csms.sends('GetInstalledCertificateIds', certificateType)
    for (const each of found) await csms.knowsOf('certificates', { ...each })
  }

/** Known first, then asked to be deleted. */
const deletes = (status: Response<'DeleteCertificate'>['status']) =>
  async function run(scene: CsmsScene): Promise<void> {
    const { station, csms } = scene
    const installed = chain('ManufacturerRootCertificate', 'c0ffee')
    await asks(['ManufacturerRootCertificate'], [installed])(scene)
    station.answers('DeleteCertificate', { status })
    const { certificateHashData } = installed
    await csms.sends('DeleteCertificate', { certificateHashData })
    if (status === 'Failed') await csms.knowsOf('certificates', { ...installed })
    else await csms.knows('certificates', without({ ...installed }), 'the certificate is gone')
  }

export const installedCertificates = [
  csmsCase('TC_M_01_CSMS', installs('CSMSRootCertificate', 'Accepted')),
  csmsCase('TC_M_02_CSMS', installs('ManufacturerRootCertificate', 'Accepted')),
  csmsCase('TC_M_05_CSMS', installs('CSMSRootCertificate', 'Failed')),

  csmsCase('TC_M_12_CSMS', asks(['CSMSRootCertificate'], [chain('CSMSRootCertificate', '12')])),
  csmsCase(
    'TC_M_13_CSMS',
    asks(['ManufacturerRootCertificate'], [chain('ManufacturerRootCertificate', '13')]),
  ),
  csmsCase(
    'TC_M_17_CSMS',
    asks(
      ['CSMSRootCertificate', 'ManufacturerRootCertificate'],
      [chain('CSMSRootCertificate', '17'), chain('ManufacturerRootCertificate', '18')],
    ),
  ),
  csmsCase(
    'TC_M_18_CSMS',
    asks(undefined, [
      chain('CSMSRootCertificate', '21'),
      chain('ManufacturerRootCertificate', '22'),
    ]),
  ),

  csmsCase('TC_M_19_CSMS', async (scene) => {
    const { station, csms } = scene
    const before = chain('ManufacturerRootCertificate', '19')
    await asks(undefined, [before])(scene)
    station.answers('GetInstalledCertificateIds', { status: 'NotFound' })
    await csms.sends('GetInstalledCertificateIds', {})
    await csms.knows('certificates', without({ ...before }), 'none is there any more')
  }),

  csmsCase('TC_M_20_CSMS', deletes('Accepted')),
  csmsCase('TC_M_21_CSMS', deletes('Failed')),
]
