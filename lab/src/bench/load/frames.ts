/**
 * WebSocket frames of a client, as cheap to make as can be: the load generator must cost less than
 * the server it loads, or it would measure itself.
 */
const mask = Uint8Array.of(0x5a, 0x17, 0xc3, 0x88)

/** One masked text frame (RFC 6455 §5.2). */
export function textFrame(text: string, opcode = 0x1): Buffer {
  const length = Buffer.byteLength(text)
  const head = length < 126 ? 2 : 4
  const frame = Buffer.allocUnsafe(head + 4 + length)
  frame[0] = 0x80 | opcode
  if (length < 126) frame[1] = 0x80 | length
  else {
    frame[1] = 0x80 | 126
    frame.writeUInt16BE(length, 2)
  }
  frame.set(mask, head)
  frame.write(text, head + 4)
  for (let i = 0; i < length; i++)
    frame[head + 4 + i] = (frame[head + 4 + i] ?? 0) ^ (mask[i & 3] ?? 0)
  return frame
}

/** A frame of a server, unmasked, shorter than 64 KiB, and what follows it. */
export function readFrame(
  bytes: Buffer,
): { readonly opcode: number; readonly payload: Buffer; readonly rest: Buffer } | undefined {
  if (bytes.length < 2) return undefined
  const short = (bytes[1] ?? 0) & 0x7f
  const head = short < 126 ? 2 : 4
  if (short === 127 || bytes.length < head) return undefined
  const length = short < 126 ? short : bytes.readUInt16BE(2)
  if (bytes.length < head + length) return undefined
  return {
    opcode: (bytes[0] ?? 0) & 0x0f,
    payload: bytes.subarray(head, head + length),
    rest: bytes.subarray(head + length),
  }
}
