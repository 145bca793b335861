import type { ActorDeps, HttpClient } from '@interlock/host'
import { Fault, inSeconds, type Timer } from '@interlock/kernel'
import { fromPem, readCrl } from '@interlock/pki'

/** The revocation list of the other hierarchy: from the data company, for those who have no way there. */
export type SmartMeterList = {
  /** PEM, verified; `undefined` before the first one came. */
  list(): string | undefined
  close(): void
}

const refreshSeconds = 60
/** Until the first one is there. */
const retrySeconds = 2

/** @param issuingPem the smart-meter authority */
export async function openSmartMeterList(
  dcc: HttpClient,
  url: string,
  issuingPem: string,
  { wall, crypto, log }: Pick<ActorDeps, 'wall' | 'crypto' | 'log'>,
): Promise<SmartMeterList> {
  const [issuer = new Uint8Array()] = fromPem(issuingPem, 'CERTIFICATE')
  let held: { readonly pem: string; readonly number: number } | undefined
  let timer: Timer | undefined
  let open = true

  const take = (pem: string): void => {
    const list = readCrl(pem, issuer, crypto)
    if (!list.ok) return log.error({ reason: list.reason }, 'smart-meter revocation list refused')
    // An older list would bring a revoked certificate back.
    const { number } = list.value
    if (held === undefined || number > held.number) held = { pem, number }
  }
  const look = async (): Promise<void> => {
    try {
      const { status, body } = await dcc.request('GET', `${url}/api/v1/crl`)
      if (status === 200 && typeof body === 'string') take(body)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      log.warn({ detail: error.message }, 'smart-meter revocation list not renewed')
    }
    const next = inSeconds(held === undefined ? retrySeconds : refreshSeconds)
    if (open) timer = wall.after(next, 'smart-meter-list', look)
  }
  await look()
  return {
    list: () => held?.pem,
    close() {
      open = false
      timer?.cancel()
    },
  }
}
