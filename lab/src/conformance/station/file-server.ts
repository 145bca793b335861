import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Where a station fetches its firmware and leaves its logs. */
export type FileServer = {
  /** Of one file, to fetch or to put. */
  readonly url: string
  /** What was put there, in order. */
  readonly uploads: readonly string[]
  /** Requests so far. */
  readonly asked: number
  /** From now on requests wait; `false` answers those that wait, and later ones at once. */
  holds(isHolding: boolean): void
  close(): Promise<void>
}

/** What it answers to every request: a status, and for a fetch the file. */
export type Served = { readonly status: number; readonly content?: Uint8Array }

/** Where it listens, and by which name a station finds it. */
export type FilePlace = { readonly host: string; readonly name: string }
const here: FilePlace = { host: '127.0.0.1', name: '127.0.0.1' }

/** More than any case sends. */
const uploadBytesMax = 4_194_304

export async function openFileServer(
  { status, content }: Served,
  { host, name }: FilePlace = here,
): Promise<FileServer> {
  const uploads: string[] = []
  const waiting = new Set<() => void>()
  let isHolding = false
  let asked = 0

  const server = createServer((request, response) => {
    asked += 1
    const answer = (): void => void serve(request, response)
    if (isHolding) waiting.add(answer)
    else answer()
  })
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request)
    if (request.method !== 'GET' && status < 300) uploads.push(body)
    response.writeHead(status).end(request.method === 'GET' ? content : undefined)
  }
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://${name}:${port}/file`,
    uploads,
    get asked() {
      return asked
    },
    holds(next) {
      isHolding = next
      if (isHolding) return
      for (const answer of waiting) answer()
      waiting.clear()
    },
    async close() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
    },
  }
}

/** What came until the other end had enough of it. */
async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes <= uploadBytesMax) chunks.push(chunk)
    }
  } catch {
    // It hung up: an upload that was cancelled.
  }
  return Buffer.concat(chunks).toString('utf8')
}
