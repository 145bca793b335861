import type { ClientRequest, IncomingMessage } from 'node:http'
import { accessPointLimits, limits } from '@interlock/contract'
import { Fault, parseJson } from '@interlock/kernel'
import { outcomeOf } from './http-outcome.ts'

/** What a line adds to the largest message in it, topic and position. */
const lineCharsMax = limits.frameBytesMax + 1_024
const refusalCharsMax = 16_384

/**
 * Reads lines of JSON, one when the last has been dealt with. Ends with `signal`.
 * @param onDealtWith called when the next one is asked for
 * @throws Fault by the reason of a refusal; `PeerUnavailable` when the connection or the stream ends, is
 *   silent for three heartbeats, or brings what is no line
 */
export async function* readLines(
  request: ClientRequest,
  signal: AbortSignal,
  onDealtWith: () => void,
): AsyncGenerator {
  const end = (): void => void request.destroy()
  signal.addEventListener('abort', end)
  const silence = setTimeout(end, 3 * accessPointLimits.heartbeatMillis)
  try {
    const response = await responseTo(request)
    if (response.statusCode !== 200) throw await refusalIn(response)
    let pending = ''
    response.setEncoding('utf8')
    for await (const text of response as AsyncIterable<string>) {
      silence.refresh()
      const lines = (pending + text).split('\n')
      pending = lines.pop() ?? ''
      if (pending.length > lineCharsMax) throw broken('a line is too long')
      for (const line of lines) {
        if (signal.aborted) return
        if (line === '') continue
        yield parsed(line)
        onDealtWith()
        silence.refresh()
      }
    }
    throw broken('the stream has ended')
  } catch (cause) {
    if (signal.aborted) return
    throw cause instanceof Fault ? cause : broken('the connection has ended', cause)
  } finally {
    clearTimeout(silence)
    signal.removeEventListener('abort', end)
    request.destroy()
  }
}

const responseTo = (request: ClientRequest): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    request.on('error', reject)
    request.once('close', () => reject(new Error('closed')))
    request.once('response', resolve)
    request.end()
  })

function parsed(line: string): unknown {
  const read = parseJson(line, limits.jsonDepthMax)
  if (!read.ok) throw broken(`a line is not JSON: ${read.reason}`)
  return read.value
}

async function refusalIn(response: IncomingMessage): Promise<Fault> {
  let text = ''
  response.setEncoding('utf8')
  for await (const part of response as AsyncIterable<string>) {
    text += part
    if (text.length > refusalCharsMax) break
  }
  const body = parseJson(text, limits.jsonDepthMax)
  const status = response.statusCode ?? 0
  const outcome = outcomeOf({ status, body: body.ok ? body.value : undefined })
  return outcome.ok
    ? broken(`status ${status}`)
    : new Fault(outcome.reason, outcome.detail ?? `status ${status}`)
}

const broken = (words: string, cause?: unknown): Fault =>
  new Fault('PeerUnavailable', words, { cause })
