import type { ServerResponse } from 'node:http'
import { accessPointLimits } from '@interlock/contract'
import type { FastifyReply } from 'fastify'

export const linesType = 'application/x-ndjson'

/**
 * Sends objects as lines of JSON, each when the one before has been taken by the connection: a slow
 * reader slows its own source and nobody else's. An empty line tells that nothing has come.
 * @param source ends with `stop`
 */
export async function sendLines(
  reply: FastifyReply,
  source: AsyncIterable<object>,
  stop: AbortController,
): Promise<void> {
  reply.hijack()
  const { raw } = reply
  raw.on('error', () => stop.abort())
  raw.once('close', () => stop.abort())
  raw.writeHead(200, { 'content-type': linesType, 'cache-control': 'no-store' })
  raw.write('\n')
  const heartbeat = setInterval(() => {
    if (!raw.writableNeedDrain) raw.write('\n')
  }, accessPointLimits.heartbeatMillis)
  try {
    for await (const each of source) {
      if (stop.signal.aborted) return
      if (!raw.write(`${JSON.stringify(each)}\n`)) await drained(raw, stop.signal)
    }
  } finally {
    clearInterval(heartbeat)
    stop.abort()
    raw.end()
  }
}

/** Until the connection takes more, or is given up. */
const drained = (raw: ServerResponse, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => raw.destroy(), accessPointLimits.stalledMillisMax)
    const done = (): void => {
      clearTimeout(timer)
      raw.off('drain', done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    raw.once('drain', done)
    signal.addEventListener('abort', done)
    if (signal.aborted) done()
  })
