import { millis, type Clock } from '@interlock/kernel'
import { requestMillisDefault, type FrameSocket } from './frame-socket.ts'
import type { Log } from './log.ts'

/** A key is proven in two requests, and whoever holds it gives up each of them after this. */
export const proofMillisMax = 2 * requestMillisDefault

/**
 * A listener has few places: whoever has connected and not proven its key in time makes room, and whoever has keeps its
 * place.
 * @param wall Real time
 * @returns what to call once the key is proven
 */
export function closeUnlessProven(socket: FrameSocket, wall: Clock, log: Log): () => void {
  const { remote } = socket
  const timer = wall.after(millis(proofMillisMax), 'proof', () => {
    log.warn({ remote }, 'nobody there has proven a key: closed')
    socket.close()
  })
  const cancel = (): void => timer.cancel()
  socket.onClose(cancel)
  return () => {
    cancel()
    socket.keep()
  }
}
