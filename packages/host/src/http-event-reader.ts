import type { ClientRequest, IncomingMessage } from 'node:http'
import { limits } from '@interlock/contract'
import { parseJson } from '@interlock/kernel'
import type { Running } from './deps.ts'
import { eventHeartbeatMillis } from './http-events.ts'

/** Reads server-sent events of one JSON object each; a silent or malformed stream is closed. */
export function readEvents(
  request: ClientRequest,
  onEvent: (event: unknown) => void,
  onClose: () => void,
): Running {
  let closed = false
  const close = (): void => {
    if (closed) return
    closed = true
    clearTimeout(silence)
    request.destroy()
    onClose()
  }
  const silence = setTimeout(close, 3 * eventHeartbeatMillis)

  request.on('error', close)
  request.on('close', close)
  request.on('response', (response: IncomingMessage) => {
    if (response.statusCode !== 200) return close()
    let pending = ''
    response.setEncoding('utf8')
    response.on('data', (text: string) => {
      silence.refresh()
      pending += text
      const lines = pending.split('\n')
      pending = lines.pop() ?? ''
      if (pending.length > limits.bodyBytesMax) return close()
      for (const line of lines) {
        if (closed) return
        if (!line.startsWith('data:')) continue
        const event = parseJson(line.slice('data:'.length), limits.jsonDepthMax)
        if (!event.ok) return close()
        onEvent(event.value)
      }
    })
    response.on('close', close)
  })
  request.end()
  return { close: () => Promise.resolve(close()) }
}
