import { execFile } from 'node:child_process'
import { closeSync, constants, openSync } from 'node:fs'
import type { Duplex } from 'node:stream'
import { isatty, ReadStream } from 'node:tty'
import { promisify } from 'node:util'
import { Fault } from '@interlock/kernel'
import type { SerialConfig } from '../config.ts'

const sttyMillisMax = 5_000
const lastWordsMillisMax = 1_000
/** Eight bits as they come, no parity, no flow control, whatever the line's modem signals say. */
const mode = ['raw', '-echo', '-iexten', 'cs8', '-parenb', '-cstopb', 'clocal', 'cread', '-crtscts']
const run = promisify(execFile)

/**
 * Opens a terminal device as a line of bytes; `stty` (coreutils) sets its mode.
 * @throws Fault `SerialUnavailable`
 */
export async function openSerialDevice({ device, baudRate }: SerialConfig): Promise<Duplex> {
  let descriptor: number | undefined
  try {
    // A line without a carrier would hold up an open that may block.
    const { O_RDWR, O_NOCTTY, O_NONBLOCK } = constants
    descriptor = openSync(device, O_RDWR | O_NOCTTY | O_NONBLOCK)
    if (!isatty(descriptor)) throw new TypeError('it is no terminal device')
    await run('stty', ['-F', device, String(baudRate), ...mode], { timeout: sttyMillisMax })
    const line = new ReadStream(descriptor)
    // It has opened the device once more for itself, unless that failed.
    const { _handle: handle } = line as unknown as { readonly _handle?: { readonly fd?: number } }
    if (handle?.fd !== descriptor) closeSync(descriptor)
    return line
  } catch (cause) {
    if (descriptor !== undefined) closeSync(descriptor)
    throw new Fault('SerialUnavailable', `${device} cannot be used as a serial line`, {
      cause,
      remedy: 'connect the device, let the user of this process read and write it, install stty',
    })
  }
}

/** What waits for the line is written before it is closed, if that takes no longer than a moment. */
export async function closeLine(line: Duplex): Promise<void> {
  if (line.closed) return
  const closed = new Promise<void>((resolve) => line.once('close', resolve))
  const timer = setTimeout(() => line.destroy(), lastWordsMillisMax)
  line.end(() => line.destroy())
  await closed
  clearTimeout(timer)
}
