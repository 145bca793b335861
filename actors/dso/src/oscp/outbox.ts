import type { ActorDeps, HttpClient } from '@interlock/host'
import { toHex } from '@interlock/kernel'
import {
  headerNames,
  signRequest,
  writeHeaders,
  writeMessage,
  type Association,
  type Decision,
  type PinnedPeer,
  type Signer,
} from '@interlock/oscp'

export type Sending = Omit<Extract<Decision, { do: 'send' }>, 'do'>

export type Outbox = {
  /** In the order in which it was given. What cannot be delivered is told to the log and is gone. */
  send(sending: Sending): void
  close(): Promise<void>
}

/** What waits for a provider that does not answer: both forecasts of every feeder, and its answers. */
const waitingMax = 1_024
const requestIdBytes = 16

export type OutboxOptions = {
  /** Names it in the log. */
  readonly provider: string
  readonly pinned: PinnedPeer
  /** Where it is reached, as it stands when a message is sent. */
  readonly peer: () => Association['peer']
  readonly signer: Signer
  /** Closed with the outbox. */
  readonly http: HttpClient
  readonly deps: Pick<ActorDeps, 'clock' | 'crypto' | 'entropy' | 'log'>
}

/** Sends signed messages to one provider, one after the other. */
export function createOutbox({
  provider,
  pinned,
  peer,
  signer,
  http,
  deps,
}: OutboxOptions): Outbox {
  const { clock, crypto, entropy, log } = deps
  let last = Promise.resolve()
  let waiting = 0
  let closed = false

  const post = async ({ message, correlationId }: Sending): Promise<void> => {
    const to = peer()
    if (closed || to === undefined) return
    const { name } = message
    const url = `${to.baseUrl}/${name}`
    const requestId = toHex(entropy.bytes(requestIdBytes))
    const named = { requestId, ...(correlationId === undefined ? {} : { correlationId }) }
    const request = {
      method: 'POST',
      path: new URL(url).pathname,
      headers: writeHeaders(named, to.token),
      body: writeMessage(message),
    }
    const signature = signRequest(request, pinned.org, signer, clock.now(), crypto)
    const headers = { ...request.headers, [headerNames.signature]: signature }
    const settings = { type: 'application/json', headers, requestId }
    try {
      const { status, body } = await http.request('POST', url, request.body, settings)
      if (status < 200 || status > 299) log.warn({ provider, name, status, body }, 'refused')
    } catch (error) {
      log.warn({ provider, name, detail: String(error) }, 'not delivered')
    }
  }

  return {
    send(sending) {
      if (closed) return
      if (waiting >= waitingMax)
        return log.warn({ provider, name: sending.message.name }, 'too many messages wait')
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
