import {
  buildRequest,
  heldReference,
  openQuarantineAlert,
  openResponse,
  signDocument,
  type DuisProblem,
  type KnownSigner,
  type QuarantineAlert,
  type ServiceRequest,
  type ServiceResponse,
} from '@interlock/duis'
import {
  Fault,
  refused,
  type Clock,
  type Crypto,
  type Outcome,
  type PublicKey,
  type Refusal,
} from '@interlock/kernel'
import { answerProblem, isForDevice } from './device-answer.ts'
import { deviceCertificates, type DeviceCertificates } from './device-certificates.ts'
import type { HttpClient } from './http-client.ts'
import { outcomeOf } from './http-outcome.ts'
import { documentSigner, type Identity } from './identity.ts'
import type { PinnedPeer } from './pinned-peer.ts'

/** The smart-meter data company, as one of its users has it. */
export type DuisClient = {
  /**
   * Signs a service request, sends it, and believes only what the company has signed in answer to it, and of a
   * device only what the device itself has signed. Nothing is asked of a device whose key is not known.
   * @returns the answer, whatever its code, or why there is none
   * @throws Fault `PeerUnavailable` when the company is not to be reached
   */
  ask(request: ServiceRequest): Promise<Outcome<ServiceResponse, string>>
}

/** One whose user reads what devices encrypt for it. */
export type DeviceReader = DuisClient & Pick<DeviceCertificates, 'keyOf'>

export type DuisClientOptions = {
  readonly http: HttpClient
  /** `https://host:port` of the company. */
  readonly url: string
  /** Whose requests they are. */
  readonly identity: Identity
  /**
   * The company, by its pinned certificate, which is read again when an answer is signed with another. TLS alone would have an adapter or gateway on the way, and
   * whoever else the root has named a data company, answer in its place.
   */
  readonly company: PinnedPeer
  /** Roots of the smart-meter side (PEM), from which the certificates of devices hang. */
  readonly roots: readonly string[]
  /** Whether a device's certificate counts no longer, for whoever has a list: its answers are none then. */
  readonly revoked?: (serialHex: string) => boolean
  readonly crypto: Crypto
  readonly wall: Clock
  /** For the audit trail: answers that are not believed, and requests that the company holds. */
  readonly record: (kind: string, data: Readonly<Record<string, unknown>>) => void
}

export function duisClient(options: DuisClientOptions): DeviceReader {
  const { http, url, identity, company, crypto, record } = options
  const signer = documentSigner(identity)
  const devices = deviceCertificates(options)

  /** Another certificate than the last may be the company's next: whether it is, its file says. */
  const signedBy = <Value>(
    opened: (signer: KnownSigner) => Outcome<Value, DuisProblem>,
  ): Outcome<Value, DuisProblem> => {
    const first = opened(company.current())
    const isOther = !first.ok && first.reason === 'SignerWrong'
    return isOther && company.renew() ? opened(company.current()) : first
  }

  const disbelieved = <Reason extends string>(
    request: ServiceRequest,
    refusal: Refusal<Reason>,
  ): Refusal<Reason> => {
    const { reason, detail = '' } = refusal
    record('AnswerRefused', { ...factsOf(request), reason, detail })
    return refusal
  }

  const send = async (request: ServiceRequest): Promise<Outcome<ServiceResponse, string>> => {
    const xml = signDocument(buildRequest(request), signer, crypto)
    const answer = outcomeOf(await http.request('POST', `${url}/duis`, xml, asXml))
    if (!answer.ok) return answer
    const text = textIn(answer.value)
    const response = signedBy((signer) => openResponse(text, request, signer, crypto))
    return response.ok ? response : disbelieved(request, response)
  }
  /** What a device answered, by its own key; it may have another since the last time. */
  const sendToDevice = async (
    request: ServiceRequest,
  ): Promise<Outcome<ServiceResponse, string>> => {
    const known = await devices.keyOf(request.target)
    if (!known.ok) {
      const isFalse = known.reason === 'DeviceCertificateInvalid'
      return isFalse ? disbelieved(request, known) : known
    }
    const response = await send(request)
    if (!response.ok) return response
    const problemBy = (key: PublicKey) => answerProblem(request, response.value, key, crypto)
    if (problemBy(known.value) === undefined) return response
    devices.forget(request.target)
    // It was carried out, so whoever asked must not read that the company was not reached, and ask again.
    const now = await orRefused(() => devices.keyOf(request.target))
    const problem = problemBy(now.ok ? now.value : known.value)
    return problem === undefined
      ? response
      : disbelieved(request, refused('AnswerInvalid', problem))
  }
  const alertOf = async (
    reference: string,
    request: ServiceRequest,
  ): Promise<Outcome<QuarantineAlert, string>> => {
    const path = `${url}/api/v1/quarantine/${reference}`
    const answer = outcomeOf(await http.request('GET', path))
    return answer.ok
      ? signedBy((signer) => openQuarantineAlert(textIn(answer.value), request, signer, crypto))
      : answer
  }

  return {
    keyOf: (device) => devices.keyOf(device),
    async ask(request) {
      const answer = await (isForDevice(request) ? sendToDevice(request) : send(request))
      const reference = answer.ok ? heldReference(answer.value) : undefined
      if (reference === undefined) return answer
      const alert = await orRefused(() => alertOf(reference, request))
      const said = alert.ok ? { breach: alert.value.breach } : { alertRefused: alert.reason }
      record('RequestHeld', { ...factsOf(request), reference, ...said })
      return answer
    },
  }
}

/** Of what is asked for after the answer is there: a fault then takes nothing of it back. */
async function orRefused<Value>(
  asked: () => Promise<Outcome<Value, string>>,
): Promise<Outcome<Value, string>> {
  try {
    return await asked()
  } catch (error) {
    if (error instanceof Fault) return refused(error.code, error.message)
    throw error
  }
}

const factsOf = ({ originator, target, counter, service }: ServiceRequest) => ({
  originator,
  target,
  counter: counter.toString(),
  service,
})
const asXml = { type: 'application/xml' }
/** What is no text is no document, and is refused as one. */
const textIn = (body: unknown): string => (typeof body === 'string' ? body : '')
