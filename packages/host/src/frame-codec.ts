import { assert, concat, ok, refused, type Outcome } from '@interlock/kernel'

/** On the wire: u32 length of what follows | u32 id | u8 kind | bytes. Big-endian. */
export const frameKinds = { introduction: 0, request: 1, answer: 2 } as const
export type FrameKind = (typeof frameKinds)[keyof typeof frameKinds]
export type Frame = { readonly id: number; readonly kind: FrameKind; readonly bytes: Uint8Array }
export type FrameProblem = 'FrameTooLarge' | 'FrameTooShort' | 'FrameKindUnknown'

const lengthBytes = 4
const headBytes = 5

export function frame(id: number, kind: FrameKind, bytes: Uint8Array): Uint8Array {
  assert(id >= 0 && id <= 0xffff_ffff, 'a frame id is a u32')
  const head = new Uint8Array(lengthBytes + headBytes)
  const view = new DataView(head.buffer)
  view.setUint32(0, headBytes + bytes.length)
  view.setUint32(lengthBytes, id)
  view.setUint8(lengthBytes + 4, kind)
  return concat(head, bytes)
}

/**
 * Turns a stream into frames. After a refusal the stream has lost its place and must be closed. A
 * length over the limit is refused before its bytes are waited for.
 */
export function createFrameReader(
  bytesMax: number,
): (chunk: Uint8Array) => Outcome<readonly Frame[], FrameProblem> {
  let pending: Uint8Array = new Uint8Array()
  return (chunk) => {
    pending = pending.length === 0 ? new Uint8Array(chunk) : concat(pending, chunk)
    const frames: Frame[] = []
    let at = 0
    while (pending.length - at >= lengthBytes) {
      const view = new DataView(pending.buffer, pending.byteOffset + at, pending.length - at)
      const length = view.getUint32(0)
      if (length < headBytes) return refused('FrameTooShort')
      if (length - headBytes > bytesMax) return refused('FrameTooLarge')
      if (view.byteLength < lengthBytes + length) break
      const kind = kindOf(view.getUint8(lengthBytes + 4))
      if (kind === undefined) return refused('FrameKindUnknown')
      const from = at + lengthBytes + headBytes
      at += lengthBytes + length
      frames.push({ id: view.getUint32(lengthBytes), kind, bytes: pending.slice(from, at) })
    }
    pending = pending.subarray(at)
    return ok(frames)
  }
}

const kindOf = (value: number): FrameKind | undefined =>
  Object.values(frameKinds).find((kind) => kind === value)
