import type { Answer, CommandOf } from '@interlock/gbcs'
import { activateImage } from '@interlock/seal'
import type { Llcs } from './llcs.ts'

/** The version that runs. */
export const runningFirmware = ({ keeper, firmware }: Pick<Llcs, 'keeper' | 'firmware'>): string =>
  keeper.memory.firmware ?? firmware.version

/** Runs an image that it holds (CS06); until then what runs runs on, and an older one never does. */
export function activate(llcs: Llcs, command: CommandOf<'CS06'>): Answer {
  const running = runningFirmware(llcs)
  const { answer, runs, kept } = activateImage(command, running, llcs.firmware)
  if (runs !== undefined) {
    llcs.keeper.commit({ firmware: runs })
    llcs.publish({ kind: 'state', data: { firmware: runs } })
  }
  if (kept !== undefined) llcs.audit.critical('FirmwareKept', { problem: kept, version: running })
  return answer
}
