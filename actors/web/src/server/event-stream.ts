import { inSeconds, type Clock, type Timer } from '@interlock/kernel'
import type { FastifyInstance } from 'fastify'
import { Declined, type Session } from './access.ts'
import type { Sessions } from './sessions.ts'

export const streamLimits = {
  streamsMax: 200,
  waitingBytesMax: 1_048_576,
  beatSeconds: 15,
} as const

/**
 * Server-sent events for one origin. A stream ends with its session, and when its reader is too slow;
 * the browser then connects again and starts from the present.
 */
export function addEventStream(options: {
  app: FastifyInstance
  url: string
  cookieName: string
  sessions: Sessions
  wall: Clock
  headers: Readonly<Record<string, string>>
  subscribe: (session: Session, send: (event: string, data: object) => void) => () => void
}): { close(): void } {
  const { app, sessions, wall } = options
  const open = new Set<() => void>()
  app.get(options.url, (request, reply) => {
    const id = request.cookies[options.cookieName]
    const session = sessions.find(id)
    if (session === undefined) throw new Declined('SignedOut')
    if (open.size >= streamLimits.streamsMax) throw new Declined('RateExceeded')
    reply.hijack()
    const { raw } = reply
    raw.writeHead(200, {
      ...options.headers,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
    })
    let beat: Timer | undefined
    const end = (): void => {
      if (!open.delete(end)) return
      beat?.cancel()
      unsubscribe()
      raw.end()
    }
    const write = (text: string): void => {
      if (raw.writableLength > streamLimits.waitingBytesMax) return end()
      raw.write(text)
    }
    const pulse = (): void => {
      beat = wall.after(inSeconds(streamLimits.beatSeconds), 'web/stream', () => {
        if (sessions.find(id) === undefined) return end()
        write(': beat\n\n')
        pulse()
      })
    }
    open.add(end)
    let unsubscribe = (): void => {}
    unsubscribe = options.subscribe(session, (event, data) =>
      write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
    )
    raw.on('close', end)
    pulse()
  })
  return { close: () => [...open].forEach((end) => end()) }
}
