import { toHex } from '@interlock/kernel'
import {
  headerNames,
  signRequest,
  writeHeaders,
  writeMessage,
  type Association,
  type Decision,
  type MessageName,
  type PinnedPeer,
  type Signer,
} from '@interlock/oscp'
import type { ActorDeps } from '../deps.ts'
import type { HttpClient } from '../http-client.ts'

export type Sending = Omit<Extract<Decision, { do: 'send' }>, 'do'>
/** A registration is taken back by a request without a body. */
export type TakingBack = { readonly takeBack: 'register' }

export type Outbox = {
  /** In the order in which it was given. What cannot be delivered is told to the log and is gone. */
  send(sending: Sending | TakingBack): void
  close(): Promise<void>
}

/** What waits for a peer that does not answer: both forecasts of every feeder, and its answers. */
const waitingMax = 1_024
const requestIdBytes = 16

export type OutboxOptions = {
  /** Names it in the log. */
  readonly name: string
  readonly pinned: PinnedPeer
  /** Where it is reached, as it stands when a message is sent. */
  readonly peer: () => Association['peer']
  readonly signer: Signer
  /** Closed with the outbox. */
  readonly http: HttpClient
  /** The peer has answered a message with a status that is no success. */
  readonly onRefused?: (message: MessageName, status: number) => void
  readonly deps: Pick<ActorDeps, 'clock' | 'crypto' | 'entropy' | 'log'>
}

/** Sends signed messages to one peer, one after the other. */
export function createOutbox(options: OutboxOptions): Outbox {
  const { name, pinned, peer, signer, http, deps } = options
  const { clock, crypto, entropy, log } = deps
  let last = Promise.resolve()
  let waiting = 0
  let closed = false

  const post = async (sending: Sending | TakingBack): Promise<void> => {
    const to = peer()
    if (closed || to === undefined) return
    const message = nameOf(sending)
    const url = `${to.baseUrl}/${message}`
    const given: Partial<Sending> = 'message' in sending ? sending : {}
    const { requestId = newRequestId(entropy), correlationId } = given
    const named = { requestId, ...(correlationId === undefined ? {} : { correlationId }) }
    const request = {
      method: 'message' in sending ? 'POST' : 'DELETE',
      path: new URL(url).pathname,
      headers: writeHeaders(named, to.token),
      body: 'message' in sending ? writeMessage(sending.message) : '',
    }
    const signature = signRequest(request, pinned.org, signer, clock.now(), crypto)
    const headers = { ...request.headers, [headerNames.signature]: signature }
    const settings = { type: 'application/json', headers, requestId }
    const content = request.body === '' ? undefined : request.body
    try {
      const { status, body } = await http.request(request.method, url, content, settings)
      if (status >= 200 && status <= 299) return
      log.warn({ peer: name, message, status, body }, 'refused')
      options.onRefused?.(message, status)
    } catch (error) {
      log.warn({ peer: name, message, detail: String(error) }, 'not delivered')
    }
  }

  return {
    send(sending) {
      if (closed) return
      if (waiting >= waitingMax)
        return log.warn({ peer: name, message: nameOf(sending) }, 'too many messages wait')
      waiting += 1
      last = last.then(() => post(sending)).finally(() => (waiting -= 1))
    },
    async close() {
      closed = true
      // What is under way fails at once.
      await http.close()
      await last
    },
  }
}

export const newRequestId = (entropy: ActorDeps['entropy']): string =>
  toHex(entropy.bytes(requestIdBytes))

const nameOf = (sending: Sending | TakingBack): MessageName =>
  'message' in sending ? sending.message.name : sending.takeBack
