import { hashOf, nodeCrypto, systemEntropy } from '@interlock/host'
import { instant } from '@interlock/kernel'
import type { Request, Response } from '@interlock/ocpp'
import { createCa } from '@interlock/pki'
import { absent, including, without } from '../../match.ts'
import { stationCase, type StationCase, type StationScene } from '../../station/case.ts'
import { createCertificates } from '../../station/certificates.ts'

type Use = Request<'InstallCertificate'>['certificateType']
type Asked = Request<'GetInstalledCertificateIds'>['certificateType']
type Hash = Request<'DeleteCertificate'>['certificateHashData']

const ofCsms = 'CSMSRootCertificate' as const
const ofMaker = 'ManufacturerRootCertificate' as const

/** As OCPP names a certificate. */
function named(pem: string): Hash {
  const hash = hashOf(pem, 'SHA256')
  if (hash === undefined) throw new TypeError('a certificate of the runner can be read')
  return hash
}

/** A root that nobody knows yet. */
const newRoot = (): string => createCertificates().rootPem

/** One whose time is over. */
const expiredRoot = (): string =>
  createCa('chargingRoot', {
    commonName: 'Conformance root of long ago',
    key: nodeCrypto.generateKey().key,
    now: instant(Date.UTC(1990, 0, 1)),
    entropy: systemEntropy,
    crypto: nodeCrypto,
  }).certificatePem

const installs = (
  { csms }: StationScene,
  certificateType: Use,
  certificate: string,
  status = 'Accepted',
) => csms.sends('InstallCertificate', { certificateType, certificate }, { status })

/** What it says is installed, of those uses or of all. */
const lists = (
  { csms }: StationScene,
  uses: Asked | undefined,
  certificateHashDataChain: unknown,
): Promise<Response<'GetInstalledCertificateIds'>> =>
  csms.sends('GetInstalledCertificateIds', uses === undefined ? {} : { certificateType: uses }, {
    status: 'Accepted',
    certificateHashDataChain,
  })

const entry = (certificateType: Use, pem: string) => ({
  certificateType,
  certificateHashData: named(pem),
})

const deletes = ({ csms }: StationScene, certificateHashData: Hash, status: string) =>
  csms.sends('DeleteCertificate', { certificateHashData }, { status })

/** A case over TLS, where roots matter. */
const secured = (id: string, run: StationCase['run'], securityProfile: 2 | 3 = 2): StationCase =>
  stationCase(
    id,
    async (scene) => {
      await scene.csms.boots()
      await run(scene)
    },
    { securityProfile },
  )

/** New roots of some uses; asked for `uses`, the station lists them all. */
const installsAndLists = (id: string, uses: Asked | undefined, of: readonly Use[]): StationCase =>
  secured(id, async (scene) => {
    const roots = of.map((use) => ({ use, pem: newRoot() }))
    for (const { use, pem } of roots) await installs(scene, use, pem)
    await lists(scene, uses, including(...roots.map(({ use, pem }) => entry(use, pem))))
  })

export const certificatesOfOthers: readonly StationCase[] = [
  installsAndLists('TC_M_01_CS', [ofCsms], [ofCsms]),
  installsAndLists('TC_M_02_CS', [ofMaker], [ofMaker]),
  installsAndLists('TC_M_17_CS', [ofCsms, ofMaker], [ofCsms, ofMaker]),
  installsAndLists('TC_M_18_CS', undefined, [ofCsms, ofMaker]),

  secured('TC_M_07_CS', async (scene) => {
    const expired = expiredRoot()
    await installs(scene, ofCsms, expired, 'Rejected')
    await lists(scene, [ofCsms], without(entry(ofCsms, expired)))
  }),

  secured('TC_M_12_CS', async (scene) => {
    const { rootPem } = scene.certificates
    const [added, other] = [newRoot(), newRoot()]
    await installs(scene, ofCsms, added)
    await installs(scene, ofMaker, other)
    // All of that use, and no others.
    const entries = [entry(ofCsms, rootPem), entry(ofCsms, added)]
    await lists(scene, [ofCsms], including(...entries))
    await lists(scene, [ofCsms], without({ certificateType: ofMaker }))
  }),

  secured('TC_M_13_CS', async (scene) => {
    const [added, other] = [newRoot(), newRoot()]
    await installs(scene, ofMaker, added)
    await installs(scene, ofMaker, other)
    await lists(scene, [ofMaker], including(entry(ofMaker, added), entry(ofMaker, other)))
    await lists(scene, [ofMaker], without({ certificateType: ofCsms }))
  }),

  secured('TC_M_19_CS', async ({ csms }) => {
    await csms.sends(
      'GetInstalledCertificateIds',
      { certificateType: ['MORootCertificate'] },
      { status: 'NotFound', certificateHashDataChain: absent },
    )
  }),

  secured('TC_M_20_CS', async (scene) => {
    const added = newRoot()
    await installs(scene, ofCsms, added)
    await lists(scene, [ofCsms], including(entry(ofCsms, added)))
    await deletes(scene, named(added), 'Accepted')
    await lists(scene, [ofCsms], without(entry(ofCsms, added)))
  }),

  secured('TC_M_22_CS', async (scene) => {
    await lists(scene, [ofCsms], including(entry(ofCsms, scene.certificates.rootPem)))
    await deletes(scene, named(newRoot()), 'NotFound')
  }),

  secured(
    'TC_M_23_CS',
    async (scene) => {
      const { csms, steps, certificates } = scene
      const requestedMessage = 'SignChargingStationCertificate'
      await csms.sends('TriggerMessage', { requestedMessage }, { status: 'Accepted' })
      const { csr } = await csms.isSent('SignCertificate')
      const certificateChain = certificates.signs(csr)
      const certificateType = 'ChargingStationCertificate'
      const signed = { certificateChain, certificateType } as const
      const before = csms.connections
      await csms.sends('CertificateSigned', signed, { status: 'Accepted' })
      await steps.eventually('it comes back with its new certificate', true, () =>
        Promise.resolve(csms.connections > before),
      )
      const own = hashOf(certificateChain, 'SHA256', [certificateChain])
      if (own === undefined) throw new TypeError('a certificate of the runner can be read')
      // Whether it is of a list or not, it is not to be deleted.
      await deletes(scene, own, 'Failed')
      await lists(scene, undefined, including(entry(ofCsms, certificates.rootPem)))
    },
    3,
  ),
]
