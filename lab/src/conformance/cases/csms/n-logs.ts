import type { Request, Response } from '@interlock/ocpp'
import { csmsCase, type CsmsScene } from '../../csms/case.ts'

type LogType = Request<'GetLog'>['logType']

const asks = (
  { station, csms }: CsmsScene,
  {
    requestId,
    logType,
    answer,
  }: { requestId: number; logType: LogType; answer: Response<'GetLog'> },
) => {
  station.answers('GetLog', answer)
  const log = { remoteLocation: 'https://logs.example/upload' }
  return csms.sends('GetLog', { requestId, logType, log })
}

const says = (
  { station }: CsmsScene,
  requestId: number,
  status: Request<'LogStatusNotification'>['status'],
) => station.sends('LogStatusNotification', { status, requestId })

/** Asked for, sent, and known as sent under its name. */
const sends = (logType: LogType, requestId: number) =>
  async function run(scene: CsmsScene): Promise<void> {
    const filename = `log-${requestId}.txt`
    await scene.station.boots()
    await asks(scene, { requestId, logType, answer: { status: 'Accepted', filename } })
    await says(scene, requestId, 'Uploading')
    await scene.csms.knowsOf('logs', { requestId, uploadStatus: 'Uploading' })
    await says(scene, requestId, 'Uploaded')
    await scene.csms.knowsOf('logs', { requestId, logType, filename, uploadStatus: 'Uploaded' })
  }

export const logs = [
  csmsCase('TC_N_25_CSMS', sends('DiagnosticsLog', 725)),
  csmsCase('TC_N_35_CSMS', sends('SecurityLog', 735)),

  csmsCase('TC_N_34_CSMS', async (scene) => {
    await scene.station.boots()
    const answer = { status: 'Rejected' } as const
    await asks(scene, { requestId: 734, logType: 'DiagnosticsLog', answer })
    await scene.csms.knowsOf('logs', { requestId: 734, status: 'Rejected' })
  }),

  csmsCase('TC_N_36_CSMS', async (scene) => {
    const logType = 'DiagnosticsLog'
    await scene.station.boots()
    const first = { status: 'Accepted', filename: 'first.txt' } as const
    await asks(scene, { requestId: 736, logType, answer: first })
    await says(scene, 736, 'Uploading')
    const second = { status: 'AcceptedCanceled', filename: 'second.txt' } as const
    await asks(scene, { requestId: 737, logType, answer: second })
    await says(scene, 736, 'AcceptedCanceled')
    await says(scene, 737, 'Uploading')
    await says(scene, 737, 'Uploaded')
    await scene.csms.knowsOf('logs', { requestId: 736, uploadStatus: 'AcceptedCanceled' })
    await scene.csms.knowsOf('logs', {
      requestId: 737,
      status: 'AcceptedCanceled',
      uploadStatus: 'Uploaded',
    })
  }),
]
