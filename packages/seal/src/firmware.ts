import type { DeviceFirmware } from '@interlock/contract'
import type { Answer, CommandOf } from '@interlock/gbcs'
import { fromBase64, fromHex, toHex, utf8, type Crypto } from '@interlock/kernel'

/** For which devices there are images. */
export type FirmwareTarget = 'meter' | 'llcs'

/** What a device may run: what runs until another is activated, and the images of its manufacturer that it holds. */
export type HeldFirmware = {
  /** Eight hexadecimal digits, upper-case: they are in the order of their numbers. */
  readonly version: string
  /** Version by hash. */
  readonly images: ReadonlyMap<string, string>
  /** Hashes of those that its manufacturer has not signed; they never run. */
  readonly refused: readonly string[]
}
const none: HeldFirmware = { version: '00000000', images: new Map(), refused: [] }

/** What a manufacturer signs: that this image, for such devices, is this version. */
export const imageStatement = (target: FirmwareTarget, version: string, hash: string): Uint8Array =>
  utf8(`interlock firmware image ${target} ${version} ${hash}`)

/** Images that were not signed for such a device, as that version, are not held, whoever distributed them. */
export function heldFirmware(
  config: DeviceFirmware | undefined,
  target: FirmwareTarget,
  crypto: Crypto,
): HeldFirmware {
  if (config === undefined) return none
  const spki = fromBase64(config.manufacturer)
  const manufacturer = spki && crypto.publicKey(spki)
  const isSigned = ({ hash, version, signature }: DeviceFirmware['images'][number]): boolean => {
    const bytes = fromBase64(signature)
    return (
      manufacturer !== undefined &&
      bytes !== undefined &&
      crypto.verify(manufacturer, imageStatement(target, version, hash), bytes)
    )
  }
  const signed = config.images.filter(isSigned)
  return {
    version: config.version,
    images: new Map(signed.map(({ hash, version }) => [hash, version])),
    refused: config.images.filter((each) => !signed.includes(each)).map(({ hash }) => hash),
  }
}

export type Activation = {
  readonly answer: Answer
  /** What is to run from now on, and over every loss of power; absent: what runs runs on. */
  readonly runs?: string
  readonly kept?: 'NotHeld' | 'Rollback'
}

/**
 * Activates an image that is held (CS06), unless an older one than runs: what a later version mended stays mended,
 * whoever signs. The standard's answer to that is in no public source; ours is that no such image is held.
 * @param running the version that runs
 */
export function activateImage(
  { hash }: Pick<CommandOf<'CS06'>, 'hash'>,
  running: string,
  { images }: Pick<HeldFirmware, 'images'>,
): Activation {
  const version = images.get(toHex(hash))
  const data = (of: string): Uint8Array => fromHex(of) ?? new Uint8Array()
  if (version !== undefined && version >= running)
    return { answer: { result: 'success', data: data(version) }, runs: version }
  const kept = version === undefined ? 'NotHeld' : 'Rollback'
  return { answer: { result: 'objectUndefined', data: data(running) }, kept }
}
