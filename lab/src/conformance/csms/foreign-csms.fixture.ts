import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { CsmsSubject, Lease } from './subject.ts'
import { openSelf } from './self.ts'

/** What a test is told of a CSMS in a process of its own. */
export type Told = {
  readonly trigger: string
  readonly stations: readonly ToldStation[]
}
export type ToldStation = Pick<Lease, 'stationId' | 'addresses'> & {
  readonly password: string
  readonly keyPem: string
  readonly chainPem: string
  readonly roots: readonly string[]
}

/** As many as the tests need: one that has come with its certificate does not come back without. */
const stations = 6

/** Our own CSMS, as anyone's: what it knows stays in here, and one HTTP call has it send. */
async function main(dir: string): Promise<void> {
  const csms = await openSelf(dir, stations, () => {})
  const leases = await Promise.all(Array.from({ length: stations }, () => csms.lease()))
  const trigger = await listening(csms)
  const told: Told = { trigger: trigger.url, stations: leases.map(toldOf) }
  process.send?.(told)
  process.once('disconnect', () => {
    trigger.close()
    void csms.close().finally(() => process.exit())
  })
}

function toldOf({ stationId, addresses, password = '', identity, trust }: Lease): ToldStation {
  const { keyPem = '', chainPem = '' } = identity ?? {}
  return { stationId, addresses, password, keyPem, chainPem, roots: trust.roots }
}

async function listening(csms: CsmsSubject): Promise<{ url: string; close: () => void }> {
  const server = createServer((request, response) => {
    const answer = async (): Promise<void> => {
      let text = ''
      for await (const chunk of request.setEncoding('utf8') as AsyncIterable<string>) text += chunk
      const { stationId, action, payload } = JSON.parse(text) as Record<string, string>
      const order = payload as unknown as object
      const { status, body } = await csms.command(stationId ?? '', action ?? '', order)
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    if (request.headers.authorization !== 'Bearer of-the-test') response.writeHead(401).end()
    else void answer()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/trigger`, close: () => void server.close() }
}

await main(process.argv[2] ?? '')
