import { createSign } from 'node:crypto'
import { toIso, type Instant } from '@interlock/kernel'
import type { Request } from '@interlock/ocpp'
import { NotApplicable } from '../steps.ts'
import type { StationScene } from './case.ts'
import { createCertificates } from './certificates.ts'
import type { FileServer, Served } from './file-server.ts'

type Firmware = Request<'UpdateFirmware'>['firmware']
type Status = Request<'FirmwareStatusNotification'>['status']

/** Who makes firmware: a root of its own, and a certificate under it that signs. */
export type Maker = {
  readonly rootPem: string
  readonly signingCertificate: string
  /** Base64. */
  sign(content: Uint8Array): string
}

export function createMaker(): Maker {
  const certificates = createCertificates()
  const { key, cert } = certificates.server(2)
  return {
    rootPem: certificates.rootPem,
    signingCertificate: String(cert),
    sign: (content) => createSign('sha256').update(content).sign(String(key), 'base64'),
  }
}

/** A station that knows the maker, an image that it can install, and where the maker's files are. */
export type Prepared = {
  readonly maker: Maker
  readonly image: Uint8Array
  readonly files: FileServer
}

export async function prepares(scene: StationScene, served?: Served): Promise<Prepared> {
  const { image } = scene.station
  if (image === undefined) throw new NotApplicable('firmware for this station')
  const maker = createMaker()
  const files = await scene.opensFiles(served ?? { status: 200, content: image })
  await scene.csms.boots()
  const certificateType = 'ManufacturerRootCertificate'
  await scene.csms.sends(
    'InstallCertificate',
    { certificateType, certificate: maker.rootPem },
    { status: 'Accepted' },
  )
  return { maker, image, files }
}

export type Update = {
  readonly requestId?: number
  readonly status?: unknown
  readonly firmware?: Partial<Firmware>
}

/** The station is told to update, from two hours ago on unless said otherwise. */
export function isToldToUpdate(
  scene: StationScene,
  { maker, image, files }: Prepared,
  { requestId = updateId, status = 'Accepted', firmware = {} }: Update = {},
): Promise<unknown> {
  const { signingCertificate } = maker
  const signed = { signingCertificate, signature: maker.sign(image) }
  const request = {
    requestId,
    firmware: { location: files.url, retrieveDateTime: at(scene, -7_200), ...signed, ...firmware },
  }
  return scene.csms.sends('UpdateFirmware', request, { status })
}

/** The moment so many seconds from now, in world time. */
export const at = ({ now }: Pick<StationScene, 'now'>, seconds: number): string =>
  toIso((now() + seconds * 1_000) as Instant)

export const updateId = 801

/** The update must be told step by step, in this order, under its number. */
export async function progresses(
  { csms, steps }: StationScene,
  statuses: readonly unknown[],
  requestId: number = updateId,
): Promise<void> {
  for (const status of statuses) {
    let told = await csms.isSent('FirmwareStatusNotification')
    // A station that reboots to install may say so.
    if (told.status === 'InstallRebooting') told = await csms.isSent('FirmwareStatusNotification')
    steps.expect('the update goes on', { status, requestId }, told)
  }
}

export const fetched: readonly Status[] = ['Downloading', 'Downloaded', 'SignatureVerified']

/** The last steps: the station starts anew with its new firmware, and says so. */
export async function isInstalled(
  scene: StationScene,
  requestId: number = updateId,
): Promise<void> {
  await progresses(scene, ['Installing', 'Installed'], requestId)
  await scene.csms.isSent('BootNotification', { reason: 'FirmwareUpdate' })
  await scene.csms.isSent('SecurityEventNotification', { type: 'FirmwareUpdated' })
}
