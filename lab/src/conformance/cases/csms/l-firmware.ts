import type { Request, Response } from '@interlock/ocpp'
import { csmsCase, type CsmsCase, type CsmsScene } from '../../csms/case.ts'
import type { Transaction } from '../../csms/transaction.ts'
import { including } from '../../match.ts'

type Status = Request<'FirmwareStatusNotification'>['status']
type Firmware = Request<'UpdateFirmware'>['firmware']

/** How an update goes: the answer, and what the station then says of it. */
type Course = {
  readonly answer?: Response<'UpdateFirmware'>['status']
  readonly statuses: readonly Status[]
  readonly securityEvent?: string
  readonly whileCharging?: boolean
  readonly at?: Partial<Pick<Firmware, 'retrieveDateTime' | 'installDateTime'>>
}

const soon = (): string => new Date(Date.now() + 60_000).toISOString()
const downloaded = ['Downloading', 'Downloaded', 'SignatureVerified'] as const
const reboots = [...downloaded, 'Installing', 'InstallRebooting'] as const
const installed = [...reboots, 'Installed'] as const

const courses: Readonly<Record<string, Course>> = {
  TC_L_01_CSMS: { statuses: installed },
  TC_L_02_CSMS: {
    statuses: [...downloaded, 'InstallScheduled', ...installed.slice(downloaded.length)],
    at: { installDateTime: soon() },
  },
  TC_L_03_CSMS: {
    statuses: ['DownloadScheduled', ...installed],
    at: { retrieveDateTime: soon() },
  },
  TC_L_04_CSMS: { answer: 'RevokedCertificate', statuses: [] },
  TC_L_05_CSMS: {
    answer: 'InvalidCertificate',
    statuses: [],
    securityEvent: 'InvalidFirmwareSigningCertificate',
  },
  TC_L_06_CSMS: {
    statuses: ['Downloading', 'Downloaded', 'InvalidSignature'],
    securityEvent: 'InvalidFirmwareSignature',
  },
  TC_L_07_CSMS: { statuses: ['Downloading', 'DownloadFailed'] },
  TC_L_08_CSMS: { statuses: [...downloaded, 'Installing', 'InstallVerificationFailed'] },
  TC_L_09_CSMS: { statuses: [...reboots, 'InstallationFailed'] },
  TC_L_13_CSMS: { statuses: ['DownloadScheduled', ...installed], whileCharging: true },
}

const image = (more: Course['at'] = {}): Firmware => ({
  location: 'https://firmware.example/image.bin',
  retrieveDateTime: new Date().toISOString(),
  signingCertificate: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
  signature: 'c2lnbmF0dXJl',
  ...more,
})

const asks = ({ csms }: CsmsScene, requestId: number, at?: Course['at']) =>
  csms.sends('UpdateFirmware', { requestId, firmware: image(at) })

/** The station says so; when it reboots, it comes back by reason of the update, and is let in. */
async function says({ station }: CsmsScene, requestId: number, status: Status): Promise<void> {
  await station.sends('FirmwareStatusNotification', { status, requestId })
  if (status !== 'InstallRebooting') return
  await station.boots('FirmwareUpdate')
  await station.reportsConnector('Available', 2)
}

/** Nobody else may begin while the update waits for the transaction to end. */
async function comesToAnEnd({ station, csms, tokens }: CsmsScene, charge: Transaction) {
  await station.reportsConnector('Unavailable', 2)
  await csms.knowsOf('evses', { evseId: 2, connectorId: 1, status: 'Unavailable' })
  const info = { chargingState: 'EVConnected' } as const
  await charge.updated('StopAuthorized', { idToken: tokens.valid, info })
  await charge.ended('EVCommunicationLost', {
    info: { chargingState: 'Idle', stoppedReason: 'EVDisconnected' },
  })
  await csms.knowsOf('transactions', { transactionId: charge.id, state: 'ended' })
}

const goes = ({ answer = 'Accepted', statuses, securityEvent, whileCharging, at }: Course) =>
  async function run(scene: CsmsScene): Promise<void> {
    const { station, csms, tokens } = scene
    const requestId = 501
    await station.boots()
    const charge = whileCharging === true ? await station.isCharging(tokens.valid) : undefined
    station.answers('UpdateFirmware', { status: answer })
    await asks(scene, requestId, at)
    for (const status of statuses) {
      await says(scene, requestId, status)
      if (charge !== undefined && status === 'DownloadScheduled') await comesToAnEnd(scene, charge)
    }
    if (securityEvent !== undefined) {
      const timestamp = new Date().toISOString()
      await station.sends('SecurityEventNotification', { type: securityEvent, timestamp })
      await csms.knowsOf('securityEvents', { type: securityEvent })
    }
    if (statuses.includes('InstallRebooting'))
      await csms.knows('station', { boot: { reason: 'FirmwareUpdate', status: 'Accepted' } })
    await csms.knowsOf('firmware', {
      requestId,
      requestStatus: answer,
      ...(statuses.length === 0
        ? {}
        : { status: statuses.at(-1), history: including(...statuses) }),
    })
  }

export const firmware: readonly CsmsCase[] = [
  ...Object.entries(courses).map(([id, course]) => csmsCase(id, goes(course))),

  csmsCase('TC_L_10_CSMS', async (scene) => {
    const { station, csms } = scene
    await station.boots()
    await asks(scene, 510)
    await says(scene, 510, 'Downloading')
    station.answers('UpdateFirmware', { status: 'AcceptedCanceled' })
    await asks(scene, 511)
    for (const status of installed) await says(scene, 511, status)
    await csms.knowsOf('firmware', { requestId: 510, status: 'Downloading' })
    await csms.knowsOf('firmware', {
      requestId: 511,
      requestStatus: 'AcceptedCanceled',
      status: 'Installed',
    })
  }),

  csmsCase('TC_L_11_CSMS', async (scene) => {
    const { station, csms } = scene
    await station.boots()
    await asks(scene, 512)
    await says(scene, 512, 'Downloading')
    station.answers('UpdateFirmware', { status: 'Rejected' })
    await asks(scene, 513)
    for (const status of installed.slice(1)) await says(scene, 512, status)
    await csms.knowsOf('firmware', { requestId: 512, status: 'Installed' })
    await csms.knowsOf('firmware', { requestId: 513, requestStatus: 'Rejected' })
  }),
]
