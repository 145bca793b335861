import { request as requestPlain, type ClientRequest, type IncomingMessage } from 'node:http'
import { request as requestTls } from 'node:https'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { rootCertificates } from 'node:tls'
import { Fault } from '@interlock/kernel'

/** A file from or to a server that is neither a peer nor an actor: firmware and logs. */
export type FileTransfer = {
  /** `http://` or `https://`; the server may ask for the user and password in it. */
  readonly url: string
  /** PEM; believed besides the usual public authorities. */
  readonly roots: readonly string[]
  readonly signal: AbortSignal
  readonly bytesMax: number
}

/** The server answered with something else than success. */
export class TransferRefused extends Fault {
  readonly status: number

  constructor(status: number) {
    super('TransferRefused', `the server answered ${status}`)
    this.status = status
  }
}

const transferMillisMax = 120_000

/** @throws Fault `TransferRefused` with the status, `TransferUnsupported`, else `TransferFailed`. */
export async function downloadFile(transfer: FileTransfer): Promise<Uint8Array> {
  return exchange(transfer, 'GET', undefined)
}

/** HTTP PUT of the whole file. Throws as {@link downloadFile}. */
export async function uploadFile(
  transfer: FileTransfer,
  content: Uint8Array,
  type: string,
): Promise<void> {
  await exchange(transfer, 'PUT', { content, type })
}

async function exchange(
  transfer: FileTransfer,
  method: 'GET' | 'PUT',
  body: { readonly content: Uint8Array; readonly type: string } | undefined,
): Promise<Uint8Array> {
  const { signal, bytesMax } = transfer
  try {
    const request = open(transfer, method, body)
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request.on('error', reject)
      request.on('response', resolve)
      request.end(body?.content)
    })
    const { statusCode = 0 } = response
    const content = await collect(response, bytesMax)
    if (statusCode < 200 || statusCode > 299) throw new TransferRefused(statusCode)
    return content
  } catch (cause) {
    if (cause instanceof Fault) throw cause
    const words = cause instanceof Error ? cause.message : String(cause)
    throw new Fault('TransferFailed', signal.aborted ? 'cancelled' : words, { cause })
  }
}

function open(
  { url, roots, signal }: FileTransfer,
  method: 'GET' | 'PUT',
  body: { readonly content: Uint8Array; readonly type: string } | undefined,
): ClientRequest {
  const target = URL.canParse(url) ? new URL(url) : undefined
  const headers =
    body === undefined
      ? {}
      : { 'content-type': body.type, 'content-length': body.content.byteLength }
  const options = {
    method,
    headers,
    signal: AbortSignal.any([signal, AbortSignal.timeout(transferMillisMax)]),
    agent: false,
  } as const
  if (target?.protocol === 'http:') return requestPlain(target, options)
  if (target?.protocol === 'https:')
    return requestTls(target, {
      ...options,
      minVersion: 'TLSv1.2',
      ca: [...rootCertificates, ...roots],
    })
  throw new Fault('TransferUnsupported', 'only http:// and https:// can be used')
}

async function collect(response: IncomingMessage, bytesMax: number): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > bytesMax) {
      response.destroy()
      throw new Fault('TransferFailed', `more than ${bytesMax} bytes`)
    }
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}

/** The last whole lines of a file, `bytesMax` at the most. @throws Fault `FileUnreadable` */
export function readTail(path: string, bytesMax: number): readonly string[] {
  let file: number | undefined
  try {
    file = openSync(path, 'r')
    const { size } = fstatSync(file)
    const length = Math.min(size, bytesMax)
    const bytes = Buffer.alloc(length)
    readSync(file, bytes, 0, length, size - length)
    const lines = bytes.toString('utf8').split('\n')
    return (length < size ? lines.slice(1) : lines).filter((line) => line !== '')
  } catch (cause) {
    throw new Fault('FileUnreadable', `${path}: cannot be read`, { cause })
  } finally {
    if (file !== undefined) closeSync(file)
  }
}
