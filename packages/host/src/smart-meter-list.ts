import { existsSync } from 'node:fs'
import { Fault, inSeconds, type Instant, type Timer } from '@interlock/kernel'
import { fromPem, readCrl, toPem } from '@interlock/pki'
import type { ActorDeps } from './deps.ts'
import { writeAtomic } from './files.ts'
import type { HttpClient } from './http-client.ts'
import { readText } from './read-file.ts'

/** The revocation list of the smart-meter side, from its data company, which can hold one back and make none. */
export type SmartMeterList = {
  /** PEM, verified; `undefined` before the first one came. */
  list(): string | undefined
  /** Whether it names that certificate. */
  readonly revoked: (serialHex: string) => boolean
  /**
   * Looks for a newer one now, and from now on; resolves after the first look, whatever it found, or some seconds later
   * where the data company says nothing.
   */
  start(): Promise<void>
  close(): void
}

const refreshSeconds = 60
/** Until the first one is there. */
const retrySeconds = 2
const startSeconds = 3

/** Begins with the list that is kept. @throws Fault when that cannot be read */
export function smartMeterList({
  http,
  url,
  chainPem,
  path,
  deps: { wall, crypto, log },
}: {
  readonly http: HttpClient
  /** `https://host:port` of the data company. */
  readonly url: string
  /** Of whoever asks: the authority above it signs the list. */
  readonly chainPem: string
  /** Where the newest is kept: after a restart no older one counts. */
  readonly path: string
  readonly deps: Pick<ActorDeps, 'wall' | 'crypto' | 'log'>
}): SmartMeterList {
  const [, issuer = new Uint8Array()] = fromPem(chainPem, 'CERTIFICATE')
  let held:
    | {
        readonly pem: string
        readonly number: number
        readonly serials: ReadonlySet<string>
        readonly nextUpdate: Instant
      }
    | undefined
  let timer: Timer | undefined
  /** The number of the list of which it was said that it is stale. */
  let saidStale: number | undefined
  let saidOlder: number | undefined
  let keptNumber: number | undefined
  let open = true

  const take = (text: string): void => {
    const list = readCrl(text, issuer, crypto)
    // Whoever brings it could put as much around it as no file may have that is read.
    const pem = fromPem(text, 'X509 CRL')
      .map((der) => toPem(der, 'X509 CRL'))
      .join('')
    if (!list.ok) return log.error({ reason: list.reason }, 'smart-meter revocation list refused')
    const { number, serials, nextUpdate } = list.value
    if (held === undefined || number > held.number) held = { pem, number, serials, nextUpdate }
    else if (number < held.number) sayOlder(number, held.number)
  }
  /** It would bring a revoked certificate back. */
  const sayOlder = (number: number, newest: number): void => {
    if (saidOlder === number) return
    saidOlder = number
    log.error({ reason: 'ListOlder', number, held: newest }, 'smart-meter revocation list refused')
  }
  /** One that is not kept yet counts meanwhile. */
  const keep = (): void => {
    if (held === undefined || keptNumber === held.number) return
    writeAtomic(path, held.pem)
    keptNumber = held.number
  }
  /** Of another authority's, or no list, it counts for nothing, and the next one takes its place. */
  const takeKept = (): void => {
    if (!existsSync(path)) return
    take(readText(path))
    keptNumber = held?.number
  }
  /** It still revokes whom it names; who was revoked since, it does not say. */
  const sayStale = (): void => {
    if (held === undefined || wall.now() <= held.nextUpdate || saidStale === held.number) return
    const { number, nextUpdate } = held
    saidStale = number
    log.error({ reason: 'ListStale', number, nextUpdate }, 'smart-meter revocation list is stale')
  }
  const look = async (): Promise<void> => {
    try {
      const { status, body } = await http.request('GET', `${url}/api/v1/crl`)
      if (status === 200 && typeof body === 'string') take(body)
      keep()
    } catch (error) {
      const level = error instanceof Fault ? 'warn' : 'error'
      log[level]({ error }, 'smart-meter revocation list not renewed')
    }
    sayStale()
    const next = inSeconds(held === undefined ? retrySeconds : refreshSeconds)
    if (open) timer = wall.after(next, 'smart-meter-list', look)
  }
  takeKept()
  return {
    list: () => held?.pem,
    revoked: (serialHex) => held?.serials.has(serialHex) === true,
    async start() {
      let giveUp: Timer | undefined
      const late = new Promise<void>((resolve) => {
        giveUp = wall.after(inSeconds(startSeconds), 'smart-meter-list-start', resolve)
      })
      await Promise.race([look(), late]).finally(() => giveUp?.cancel())
    },
    close() {
      open = false
      timer?.cancel()
    },
  }
}
