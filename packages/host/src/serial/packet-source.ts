import type { Duplex } from 'node:stream'
import type { SerialConfig } from '../config.ts'
import { connectTcp } from '../tcp.ts'
import { openSerialDevice } from './device.ts'
import { createPacketReader } from './packet-codec.ts'

/** Where packets come from. */
export type PacketPlace =
  | { readonly serial: SerialConfig }
  | { readonly serial?: undefined; readonly host: string; readonly port: number }

export type PacketSource = {
  /** Settles when no more will come. */
  readonly closed: Promise<void>
  close(): void
}

/**
 * Listens to a device that says one packet after another and is told nothing. What is no packet is passed over.
 * @throws Fault `SerialUnavailable`, `PeerUnavailable`
 */
export async function openPacketSource(options: {
  readonly from: PacketPlace
  readonly bytesMax: number
  readonly onPacket: (contents: Uint8Array) => void
}): Promise<PacketSource> {
  const { from, bytesMax, onPacket } = options
  const line: Duplex =
    from.serial === undefined
      ? await connectTcp(from.host, from.port)
      : await openSerialDevice(from.serial)
  const reader = createPacketReader(bytesMax)
  const closed = new Promise<void>((resolve) => line.once('close', resolve))
  line.on('error', () => {})
  line.on('data', (chunk: Buffer) => reader.push(chunk).forEach(onPacket))
  return { closed, close: () => void line.destroy() }
}
