import { oneOf } from '../../match.ts'
import { stationCase, type StationCase } from '../../station/case.ts'
import { connectsAndCharges } from '../../station/charge.ts'
import {
  at,
  createMaker,
  fetched,
  isInstalled,
  isToldToUpdate,
  prepares,
  progresses,
  updateId,
} from '../../station/firmware.ts'
import { hasSaidAll, reports } from '../../station/states.ts'

/** Seconds that a scheduled step lies ahead. */
const later = 600

/** An update that ends before it is installed, or is not taken at all; nothing starts anew. */
const fails = (id: string, run: StationCase['run']): StationCase =>
  stationCase(id, async (scene) => {
    await run(scene)
    await hasSaidAll(scene)
    scene.csms.isNotSent('BootNotification', 'it goes on with the firmware that it has')
  })

export const firmware: readonly StationCase[] = [
  stationCase('TC_L_01_CS', async (scene) => {
    await isToldToUpdate(scene, await prepares(scene))
    await progresses(scene, fetched)
    await isInstalled(scene)
  }),

  stationCase('TC_L_02_CS', async (scene) => {
    const prepared = await prepares(scene)
    const installDateTime = at(scene, later)
    await isToldToUpdate(scene, prepared, { firmware: { installDateTime } })
    await progresses(scene, [...fetched, 'InstallScheduled'])
    await hasSaidAll(scene)
    scene.csms.isNotSent('FirmwareStatusNotification', 'it waits for its time')
    await scene.passes(later)
    await isInstalled(scene)
  }),

  stationCase('TC_L_03_CS', async (scene) => {
    const prepared = await prepares(scene)
    const times = { retrieveDateTime: at(scene, later), installDateTime: at(scene, -later) }
    await isToldToUpdate(scene, prepared, { firmware: times })
    await progresses(scene, ['DownloadScheduled'])
    await hasSaidAll(scene)
    scene.steps.expect('it fetches nothing before its time', 0, prepared.files.asked)
    await scene.passes(later)
    await progresses(scene, fetched)
    await isInstalled(scene)
  }),

  fails('TC_L_05_CS', async (scene) => {
    const prepared = await prepares(scene)
    const stranger = createMaker()
    const { signingCertificate } = stranger
    await isToldToUpdate(scene, prepared, {
      status: oneOf('InvalidCertificate', 'RevokedCertificate'),
      firmware: { signingCertificate, signature: stranger.sign(prepared.image) },
    })
    const type = 'InvalidFirmwareSigningCertificate'
    await scene.csms.isSent('SecurityEventNotification', { type })
    scene.steps.expect('it fetches nothing', 0, prepared.files.asked)
  }),

  fails('TC_L_06_CS', async (scene) => {
    const prepared = await prepares(scene)
    const signature = prepared.maker.sign(Buffer.from('another image'))
    await isToldToUpdate(scene, prepared, { firmware: { signature } })
    await progresses(scene, ['Downloading', 'Downloaded', 'InvalidSignature'])
    await scene.csms.isSent('SecurityEventNotification', { type: 'InvalidFirmwareSignature' })
  }),

  fails('TC_L_07_CS', async (scene) => {
    await isToldToUpdate(scene, await prepares(scene, { status: 404 }))
    await progresses(scene, ['Downloading', 'DownloadFailed'])
  }),

  fails('TC_L_08_CS', async (scene) => {
    // Rightly signed, and nothing that could run.
    const content = Buffer.of()
    const prepared = await prepares(scene, { status: 200, content })
    const signature = prepared.maker.sign(content)
    await isToldToUpdate(scene, prepared, { firmware: { signature } })
    await progresses(scene, [
      ...fetched,
      'Installing',
      oneOf('InstallVerificationFailed', 'InstallationFailed'),
    ])
  }),

  stationCase('TC_L_10_CS', async (scene) => {
    const prepared = await prepares(scene)
    const requestId = updateId + 1
    prepared.files.holds(true)
    await isToldToUpdate(scene, prepared)
    await progresses(scene, ['Downloading'])
    await isToldToUpdate(scene, prepared, { requestId, status: 'AcceptedCanceled' })
    await progresses(scene, ['Downloading'], requestId)
    prepared.files.holds(false)
    await progresses(scene, ['Downloaded', 'SignatureVerified'], requestId)
    await isInstalled(scene, requestId)
  }),

  stationCase(
    'TC_L_15_CS',
    async (scene) => {
      const { csms, station } = scene
      const prepared = await prepares(scene)
      const charge = await connectsAndCharges(scene)
      await isToldToUpdate(scene, prepared)
      await progresses(scene, [...fetched, 'InstallScheduled'])
      await hasSaidAll(scene)
      csms.isNotSent('TransactionEvent', 'the transaction goes on')
      csms.isNotSent('FirmwareStatusNotification', 'the update waits for it')
      await station.unplugs()
      await charge.ends('EVCommunicationLost')
      await isInstalled(scene)
      await reports(scene, 'Available')
    },
    { variables: { 'ChargingStation.AllowNewSessionsPendingFirmwareUpdate': 'false' } },
  ),

  fails('TC_L_18_CS', async (scene) => {
    const { files } = await prepares(scene)
    const firmware = { location: files.url, retrieveDateTime: at(scene, -later) }
    const status = oneOf('Rejected', 'InvalidCertificate')
    await scene.csms.sends('UpdateFirmware', { requestId: updateId, firmware }, { status })
    scene.steps.expect('it fetches nothing', 0, files.asked)
  }),
]
