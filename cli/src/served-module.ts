import { Fault } from '@interlock/kernel'

const bytesMax = 1_048_576
const millisMax = 20_000

/**
 * The arm module as a page serves it to browsers.
 * @throws Fault `PageUnreachable`, `PageUnreadable`
 */
export async function servedModule(page: string): Promise<Uint8Array> {
  const url = URL.parse('/arm.js', page)
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new Fault('PageUnreadable', `“${page}” is no origin`, {
      remedy: 'give one such as https://sign.example:8443',
    })
  const answer = await fetch(url, { signal: AbortSignal.timeout(millisMax) }).catch(
    (cause: unknown) => {
      throw new Fault('PageUnreachable', `${url.href} cannot be reached`, {
        cause,
        remedy:
          'is it running, and is its certificate one that Node believes (NODE_EXTRA_CA_CERTS)?',
      })
    },
  )
  if (!answer.ok || answer.body === null)
    throw new Fault('PageUnreadable', `${url.href} answers ${answer.status}`)
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of answer.body as unknown as AsyncIterable<Uint8Array>) {
    length += part.length
    if (length > bytesMax) throw new Fault('PageUnreadable', `${url.href} is larger than a module`)
    parts.push(part)
  }
  return Buffer.concat(parts)
}
