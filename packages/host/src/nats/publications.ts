import { JetStreamApiError } from '@nats-io/jetstream'
import {
  ClosedConnectionError,
  createInbox,
  headers,
  PermissionViolationError,
  type ConnectionOptions,
  type Msg,
  type NatsConnection,
  type Subscription,
} from '@nats-io/transport-node'
import { millis, parseJson, type Clock, type Timer } from '@interlock/kernel'

/** Publications to JetStream, whose word that it has them comes in any order and is waited for together. */
export type Publications = {
  /**
   * @param id by which the servers know a message that is sent again
   * @returns where the message stands in its stream, once it is kept
   * @throws JetStreamApiError when it is refused; any other Error when nobody says that it is kept
   */
  publish(subject: string, text: string, id: string): Promise<number>
  close(): void
}

type Waiting = {
  readonly subject: string
  readonly text: string
  readonly id: string
  readonly done: (sequence: number) => void
  readonly fail: (error: Error) => void
  /** Turns of the timer; without an answer it is sent again at the one, and given up at the other. */
  again: number
  readonly end: number
}

const turnMillis = millis(250)
/** Five seconds without a word: it is sent again. */
const silentTurns = 20
const endTurns = 60
/** No server is the stream's leader at the moment. */
const noResponders = 503

/**
 * JetStream's own client sets a timer, a subscription's entry and a stack trace for each publication;
 * here all share one subscription and one timer, for a quarter of the processor time.
 */
export function publications(connection: NatsConnection, clock: Clock): Publications {
  const waiting = new Map<string, Waiting>()
  const inbox = createInbox(inboxPrefixOf(connection))
  let answers: Subscription | undefined
  let timer: Timer | undefined
  let turn = 0
  let count = 0

  function send(token: string, each: Waiting): void {
    const named = headers()
    named.set('Nats-Msg-Id', each.id)
    each.again = turn + silentTurns
    try {
      connection.publish(each.subject, each.text, { reply: `${inbox}.${token}`, headers: named })
    } catch (error) {
      settle(token)?.fail(error instanceof Error ? error : new Error(String(error)))
    }
  }

  function settle(token: string): Waiting | undefined {
    const each = waiting.get(token)
    waiting.delete(token)
    return each
  }

  function take(_error: Error | null, message: Msg): void {
    const token = message.subject.slice(inbox.length + 1)
    const each = waiting.get(token)
    if (each === undefined) return
    if (message.headers?.code === noResponders) {
      each.again = turn + 1
      return
    }
    const answer = answerOf(message)
    if (typeof answer === 'number') settle(token)?.done(answer)
    else settle(token)?.fail(answer)
  }

  function nextTurn(): void {
    turn++
    for (const [token, each] of waiting)
      if (turn >= each.end) settle(token)?.fail(new Error('no answer'))
      else if (turn >= each.again) send(token, each)
    timer = waiting.size > 0 ? clock.after(turnMillis, 'publications', nextTurn) : undefined
  }

  /** What is lost with a server, and who has no right to publish, no answer tells. */
  async function watch(): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === 'reconnect') for (const each of waiting.values()) each.again = turn + 1
      const error = status.type === 'error' ? status.error : undefined
      if (!(error instanceof PermissionViolationError) || error.operation !== 'publish') continue
      for (const [token, each] of waiting)
        if (each.subject === error.subject) settle(token)?.fail(error)
    }
    close()
  }

  function close(): void {
    answers?.unsubscribe()
    timer?.cancel()
    for (const token of waiting.keys()) settle(token)?.fail(new ClosedConnectionError())
  }

  return {
    publish(subject, text, id) {
      if (answers === undefined) {
        answers = connection.subscribe(`${inbox}.*`, { callback: take })
        void watch()
      }
      timer ??= clock.after(turnMillis, 'publications', nextTurn)
      return new Promise((done, fail) => {
        const token = (count++).toString(36)
        const each = { subject, text, id, done, fail, again: 0, end: turn + endTurns }
        waiting.set(token, each)
        send(token, each)
      })
    },
    close,
  }
}

/** What `PubAck` of JetStream's API says: a sequence, or why not. */
function answerOf(message: Msg): number | Error {
  const parsed = parseJson(message.string(), 4)
  const said = parsed.ok && typeof parsed.value === 'object' ? parsed.value : null
  const { seq, error } = (said ?? {}) as { seq?: unknown; error?: unknown }
  if (error === undefined && Number.isSafeInteger(seq)) return Number(seq)
  const { code, err_code, description } = (error ?? {}) as Record<string, unknown>
  if (typeof code !== 'number' || typeof err_code !== 'number')
    return new Error('an answer that is none')
  return new JetStreamApiError({ code, err_code, description: String(description) })
}

/** Answers go where this connection has the right to hear them; its type keeps that to itself. */
const inboxPrefixOf = (connection: NatsConnection): string | undefined =>
  (connection as { readonly options?: ConnectionOptions }).options?.inboxPrefix
