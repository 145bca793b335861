import type { ServerResponse } from 'node:http'
import type { FastifyReply } from 'fastify'

/** Registers a listener and returns how to remove it. */
export type Subscribe = (send: (event: object) => void) => () => void

const streamsMax = 256
/** A reader that lags so far is dropped; it reconnects and reads the state anew. */
const bufferedBytesMax = 1_048_576
export const eventHeartbeatMillis = 15_000

/** The open streams of one server. */
export function createEventStreams() {
  const closers = new Set<() => void>()
  return {
    /**
     * Ends by itself once the reader is no longer `permitted`. False when there are too many.
     */
    open(reply: FastifyReply, subscribe: Subscribe, permitted: () => boolean): boolean {
      if (closers.size >= streamsMax) return false
      reply.hijack()
      const raw = reply.raw
      raw.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      })
      raw.write(':\n\n')
      const send = (text: string): void => {
        if (permitted()) write(raw, text)
        else raw.destroy()
      }
      const heartbeat = setInterval(() => send(':\n\n'), eventHeartbeatMillis)
      const unsubscribe = subscribe((event) => send(`data: ${JSON.stringify(event)}\n\n`))
      const close = (): void => {
        if (!closers.delete(close)) return
        clearInterval(heartbeat)
        unsubscribe()
        raw.end()
      }
      closers.add(close)
      raw.once('close', close)
      raw.on('error', close)
      return true
    },
    close(): void {
      for (const close of closers) close()
    },
  }
}

function write(raw: ServerResponse, text: string): void {
  if (raw.writableEnded || raw.destroyed) return
  if (raw.writableLength > bufferedBytesMax) raw.destroy()
  else raw.write(text)
}
