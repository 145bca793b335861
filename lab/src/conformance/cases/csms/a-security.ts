import { systemEntropy } from '@interlock/host'
import { toBase64Url } from '@interlock/kernel'
import { oneOf, present, such } from '../../match.ts'
import { csmsCase, type CsmsScene } from '../../csms/case.ts'
import type { Agreed } from '../../csms/tls.ts'
import { otherIdentity } from '../../csms/other-identity.ts'

/** Security profile 2, where a case is about passwords. */
const byPassword = { profile: 2 } as const
const newPassword = (): string => toBase64Url(systemEntropy.bytes(15))
const connected = (securityProfile: number) => ({ connected: true, securityProfile })
const turnedAway = ({ station }: CsmsScene) => ({ id: station.id, times: present })

const setsPassword = ({ csms }: CsmsScene, attributeValue: string) =>
  csms.sends('SetVariables', {
    setVariableData: [
      {
        component: { name: 'SecurityCtrlr' },
        variable: { name: 'BasicAuthPassword' },
        attributeValue,
      },
    ],
  })
const passwordAnswer = (attributeStatus: 'Accepted' | 'Rejected') => ({
  setVariableResult: [
    {
      attributeStatus,
      component: { name: 'SecurityCtrlr' },
      variable: { name: 'BasicAuthPassword' },
    },
  ],
})

export const security = [
  csmsCase('TC_A_01_CSMS', async ({ station, csms }) => {
    await station.boots('PowerUp', byPassword)
    await csms.knows('station', connected(2), 'the CSMS knows under which profile it is connected')
  }),

  csmsCase('TC_A_02_CSMS', async (scene) => {
    const { station, csms } = scene
    await station.isRefused('another user is refused', { ...byPassword, user: 'SOMEBODY-ELSE' })
    await csms.knowsOf('knocks', turnedAway(scene), 'the CSMS keeps who was refused')
    await station.boots('PowerUp', byPassword)
  }),

  csmsCase('TC_A_03_CSMS', async (scene) => {
    const { station, csms } = scene
    await station.isRefused('a wrong password is refused', {
      ...byPassword,
      password: newPassword(),
    })
    await csms.knowsOf('knocks', turnedAway(scene), 'the CSMS keeps who was refused')
    await station.boots('PowerUp', byPassword)
  }),

  csmsCase('TC_A_04_CSMS', async (scene) => {
    const { station, csms, tls, steps } = scene
    const agreed = await tls.agrees('the handshake comes about')
    steps.expect('the server certificate is good', goodCertificate(tls.host), agreed)
    await speaksEverySuite(scene)
    await station.boots()
    await csms.knows('station', { connected: true, boot: { reason: 'PowerUp' } })
  }),

  csmsCase('TC_A_06_CSMS', async ({ station, csms, tls }) => {
    await tls.ends('TLS 1.1 is refused', {
      minVersion: 'TLSv1.1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    })
    await tls.agrees('TLS 1.2 is spoken', { maxVersion: 'TLSv1.2' })
    await station.boots()
    await csms.knows('station', { connected: true, boot: { reason: 'PowerUp' } })
  }),

  csmsCase('TC_A_07_CSMS', async (scene) => {
    const { station, csms } = scene
    await speaksEverySuite(scene)
    await station.boots('PowerUp', { profile: 3 })
    await csms.knows('station', connected(3), 'the CSMS knows under which profile it is connected')
  }),

  csmsCase('TC_A_08_CSMS', async (scene) => {
    const { station, csms } = scene
    const identity = otherIdentity(station.id)
    await station.isRefused('a certificate of another root is refused', { profile: 3, identity })
    await station.boots('PowerUp', { profile: 3 })
    await csms.knows('station', connected(3), 'the CSMS knows under which profile it is connected')
  }),

  csmsCase('TC_A_09_CSMS', async (scene) => {
    const { station, csms } = scene
    await station.boots('PowerUp', byPassword)
    const password = newPassword()
    station.answers('SetVariables', passwordAnswer('Accepted'))
    await setsPassword(scene, password)
    await station.goesOffline()
    await station.isRefused('the old password is refused', byPassword)
    await station.boots('PowerUp', { ...byPassword, password })
    await csms.knowsOf('messages', secretInHistory(password), 'no history shows the password')
  }),

  csmsCase('TC_A_10_CSMS', async (scene) => {
    const { station, csms } = scene
    await station.boots('PowerUp', byPassword)
    const password = newPassword()
    station.answers('SetVariables', passwordAnswer('Rejected'))
    await setsPassword(scene, password)
    await station.goesOffline()
    await station.isRefused('the rejected password is refused', { ...byPassword, password })
    await station.boots('PowerUp', byPassword)
    await csms.knows('station', connected(2), 'the CSMS knows under which profile it is connected')
  }),
]

/** A00.FR.318, A00.FR.421: all four, so that the server has a certificate with each kind of key. */
const requiredSuites = [
  ['ECDHE-ECDSA-AES128-GCM-SHA256', 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', 'EC'],
  ['ECDHE-ECDSA-AES256-GCM-SHA384', 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384', 'EC'],
  ['AES128-GCM-SHA256', 'TLS_RSA_WITH_AES_128_GCM_SHA256', 'RSA'],
  ['AES256-GCM-SHA384', 'TLS_RSA_WITH_AES_256_GCM_SHA384', 'RSA'],
] as const

async function speaksEverySuite({ tls, steps }: CsmsScene): Promise<void> {
  for (const [ciphers, cipher, kind] of requiredSuites) {
    const agreed = await tls.agrees(`${cipher} is spoken`, { ciphers, maxVersion: 'TLSv1.2' })
    const expected = { ...goodCertificate(tls.host, kind), version: 'TLSv1.2', cipher }
    steps.expect(`the certificate for ${cipher} is good`, expected, agreed)
  }
}

/** A00.FR.502, A00.FR.503: the least that a key must have. */
const keyBitsMin = { RSA: 2_048, EC: 224 } as const
type KeyKind = keyof typeof keyBitsMin

/** A00.FR.508, A00.FR.510: with a serial number, and the name of the server that was called. */
const goodCertificate = (host: string, kind?: KeyKind) => ({
  version: oneOf('TLSv1.2', 'TLSv1.3'),
  authorized: true,
  notExpired: true,
  serialNumber: present,
  commonName: host,
  key: such(`${kind ?? 'RSA or EC'}, and strong`, (key) => {
    const { kind: found, bits } = key as Agreed['key']
    return (kind === undefined || found === kind) && bits >= keyBitsMin[found]
  }),
})

const secretInHistory = (password: string) =>
  such('a SetVariables without the password in it', (message) => {
    const line = JSON.stringify(message)
    return line.includes('SetVariables') && !line.includes(password)
  })
