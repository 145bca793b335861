import { identityOf, nodeCrypto, type Identity } from '@interlock/host'
import { createCsr } from '@interlock/pki'
import { csmsCase, type CsmsScene } from '../../csms/case.ts'
import { connection, elsewhere } from './b-network.ts'

/**
 * The CSMS calls for a request to sign, and answers it with a certificate.
 *
 * @returns what came, with the new key
 */
async function renews(
  { station, csms, steps }: CsmsScene,
  status: 'Accepted' | 'Rejected',
): Promise<{ readonly identity: () => Identity }> {
  const old = station.lease.identity
  if (old === undefined) return steps.failed('the station has a certificate', 'one', 'none')
  station.answers('CertificateSigned', { status })
  await csms.sends('TriggerMessage', { requestedMessage: 'SignChargingStationCertificate' })
  const { key, pem } = nodeCrypto.generateKey()
  const { commonName, role, eui, organisation } = old.peer
  const subject = { commonName, role, eui, organisation }
  const certificateType = 'ChargingStationCertificate'
  const csr = createCsr(key, subject, nodeCrypto)
  await station.sends('SignCertificate', { csr, certificateType }, { status: 'Accepted' })
  const signed = await station.isSent('CertificateSigned')
  return { identity: () => identityOf(pem, signed.certificateChain, 'the new certificate') }
}

export const certificates = [
  csmsCase('TC_A_11_CSMS', async (scene) => {
    const { station, csms, steps } = scene
    await station.boots('PowerUp', { profile: 3 })
    const identity = (await renews(scene, 'Accepted')).identity()
    const { commonName } = identity.peer
    steps.expect('the certificate names the station', station.id, commonName)
    await csms.knowsOf('certificateRequests', {
      request: 'CertificateSigned',
      status: 'Accepted',
    })
    await station.goesOffline()
    await station.boots('PowerUp', { profile: 3, identity })
  }),

  csmsCase('TC_A_14_CSMS', async (scene) => {
    const { station, csms } = scene
    await station.boots('PowerUp', { profile: 3 })
    await renews(scene, 'Rejected')
    await csms.knowsOf('certificateRequests', {
      request: 'CertificateSigned',
      status: 'Rejected',
    })
    await station.goesOffline()
    await station.boots('PowerUp', { profile: 3 })
  }),

  csmsCase('TC_A_19_CSMS', async (scene) => {
    const { station, csms } = scene
    await station.boots('PowerUp', { profile: 2 })
    const configurationSlot = 1
    const connectionData = connection(3, station.lease.addresses[3] ?? elsewhere)
    await csms.sends('SetNetworkProfile', { configurationSlot, connectionData })
    await csms.knowsOf('networkProfiles', { configurationSlot, status: 'Accepted' })
    const component = { name: 'OCPPCommCtrlr' }
    const variable = { name: 'NetworkConfigurationPriority' }
    await csms.sends('SetVariables', {
      setVariableData: [{ component, variable, attributeValue: '1' }],
    })
    await csms.knowsOf('variables', { component, variable, value: '1' })
    await csms.sends('Reset', { type: 'OnIdle' })
    await station.goesOffline()
    await station.boots('RemoteReset', { profile: 3 })
    await csms.knows('station', { connected: true, securityProfile: 3 })
    await station.goesOffline()
    // A05: once it has been there it never goes back.
    await station.isRefused('the lower profile is refused', { profile: 2 })
  }),
]
