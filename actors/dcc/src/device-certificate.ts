import type { ResponseName } from '@interlock/duis'
import type { ActorDeps } from '@interlock/host'
import { refused, type Refusal } from '@interlock/kernel'
import type { Device } from './inventory.ts'

/** What a device's certificate is judged by: the list of the smart-meter root, and wall time, as certificates live in it. */
export type DeviceJudge = {
  readonly revoked: (serialHex: string) => boolean
  readonly deps: Pick<ActorDeps, 'wall'>
}

/** Why a device is no longer believed, nor given anything: whoever has the key of a revoked certificate is not known. */
export function deviceProblem(
  { eui, certificate: { serialHex, notAfter } }: Pick<Device, 'eui' | 'certificate'>,
  { revoked, deps }: DeviceJudge,
): Refusal<ResponseName> | undefined {
  if (revoked(serialHex)) return refused('DeviceCertificateInvalid', `${eui} is revoked`)
  return deps.wall.now() > notAfter
    ? refused('DeviceCertificateInvalid', `${eui} has expired`)
    : undefined
}
