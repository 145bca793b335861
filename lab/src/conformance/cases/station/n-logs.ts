import type { Request } from '@interlock/ocpp'
import { oneOf, text } from '../../match.ts'
import { stationCase, type StationCase, type StationScene } from '../../station/case.ts'
import type { FileServer } from '../../station/file-server.ts'
import { at } from '../../station/firmware.ts'
import { hasSaidAll } from '../../station/states.ts'

type Ask = Request<'GetLog'>
type LogType = Ask['logType']

/** The station is asked for a log, to be left at the file server. */
const isAskedFor = (
  { csms }: StationScene,
  { url: remoteLocation }: Pick<FileServer, 'url'>,
  { requestId, logType, ...more }: Pick<Ask, 'requestId' | 'logType'> & Partial<Ask>,
  expected: object = { status: 'Accepted', filename: text(/./) },
) => csms.sends('GetLog', { requestId, logType, log: { remoteLocation }, ...more }, expected)

/** The next that it tells of an upload must be this. */
async function says(
  { csms, steps }: StationScene,
  status: unknown,
  requestId: number,
): Promise<void> {
  const told = await csms.isSent('LogStatusNotification')
  steps.expect('the upload goes on', { status, requestId }, told)
}

const taken = { status: 201 } as const

/** Whole, under its number. */
const isUploaded = (id: string, logType: LogType, requestId: number): StationCase =>
  stationCase(id, async (scene) => {
    const files = await scene.opensFiles(taken)
    await scene.csms.boots()
    await isAskedFor(scene, files, { requestId, logType })
    await says(scene, 'Uploading', requestId)
    await says(scene, 'Uploaded', requestId)
    scene.steps.expect('the log is there, and not empty', [text(/./)], files.uploads)
  })

const retries = 3
const retryInterval = 60
/** World time moves on by so much between two looks. */
const lookSeconds = 10

export const logs: readonly StationCase[] = [
  isUploaded('TC_N_25_CS', 'DiagnosticsLog', 925),
  isUploaded('TC_N_35_CS', 'SecurityLog', 935),

  stationCase('TC_N_26_CS', async (scene) => {
    const { csms, steps, passes, now } = scene
    const requestId = 926
    const files = await scene.opensFiles({ status: 500 })
    await csms.boots()
    const from = now()
    await isAskedFor(scene, files, { requestId, logType: 'DiagnosticsLog', retries, retryInterval })
    await says(scene, 'Uploading', requestId)
    for (let attempt = 1; attempt <= retries; attempt += 1) {
      await steps.eventually('it tries', attempt, () => Promise.resolve(files.asked))
      await hasSaidAll(scene)
      csms.isNotSent('LogStatusNotification', 'it does not give up yet')
      await steps.eventually('it tries again, later', attempt + 1, async () => {
        if (files.asked === attempt) await passes(lookSeconds)
        return files.asked
      })
    }
    const failures = ['UploadFailure', 'BadMessage', 'PermissionDenied', 'NotSupportedOperation']
    await says(scene, oneOf(...failures), requestId)
    const waited = Math.round((now() - from) / 1_000)
    steps.expect('it waits between attempts', true, waited >= retries * retryInterval)
  }),

  stationCase('TC_N_34_CS', async (scene) => {
    const files = await scene.opensFiles(taken)
    await scene.csms.boots()
    // Of a time that has not come there is nothing.
    const log = { remoteLocation: files.url, oldestTimestamp: at(scene, 86_400) }
    const request = { requestId: 934, logType: 'SecurityLog', log } as const
    await isAskedFor(scene, files, request, { status: 'Rejected' })
    await hasSaidAll(scene)
    scene.csms.isNotSent('LogStatusNotification', 'it uploads nothing')
  }),

  stationCase('TC_N_36_CS', async (scene) => {
    const [first, second] = [936, 937]
    const logType = 'SecurityLog'
    const files = await scene.opensFiles(taken)
    files.holds(true)
    await scene.csms.boots()
    await isAskedFor(scene, files, { requestId: first, logType })
    await says(scene, 'Uploading', first)
    const request = { requestId: second, logType } as const
    await isAskedFor(scene, files, request, { status: 'AcceptedCanceled' })
    await says(scene, 'AcceptedCanceled', first)
    await says(scene, 'Uploading', second)
    files.holds(false)
    await says(scene, 'Uploaded', second)
  }),
]

/** Asked how an upload is that goes on, the station says it again. */
export const logTriggers: readonly StationCase[] = [
  stationCase('TC_F_16_CS', async (scene) => {
    const requestId = 616
    const files = await scene.opensFiles(taken)
    files.holds(true)
    await scene.csms.boots()
    await isAskedFor(scene, files, { requestId, logType: 'DiagnosticsLog' })
    await says(scene, 'Uploading', requestId)
    const requestedMessage = 'LogStatusNotification'
    await scene.csms.sends('TriggerMessage', { requestedMessage }, { status: 'Accepted' })
    await says(scene, 'Uploading', requestId)
  }),
]
