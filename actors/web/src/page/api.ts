/** Talking to this origin's own server, and to nobody else. */

/** A refusal in the server's words. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly reason: string
  readonly detail: string | undefined
  readonly status: number

  constructor(status: number, reason: string, words: string, detail: string | undefined) {
    super(words)
    this.status = status
    this.reason = reason
    this.detail = detail
  }

  /** One sentence for people. */
  get sentence(): string {
    const words = this.message.slice(0, 1).toUpperCase() + this.message.slice(1)
    return this.detail === undefined ? `${words}.` : `${words} (${this.detail}).`
  }
}

export const sentenceOfError = (error: unknown): string =>
  error instanceof Problem ? error.sentence : 'The server does not answer. Try again in a moment.'

const timeoutMillis = 30_000
let csrf = ''

/** Kept in memory only; it comes with the session and is sent with everything that changes something. */
export const useToken = (token: string | undefined): void => {
  csrf = token ?? ''
}

export const get = <Result>(path: string): Promise<Result> => call('GET', path)
export const post = <Result = void>(
  path: string,
  body: object = {},
  patienceMillis = timeoutMillis,
): Promise<Result> => call('POST', path, body, patienceMillis)

async function call<Result>(
  method: string,
  path: string,
  body?: object,
  patienceMillis = timeoutMillis,
): Promise<Result> {
  const response = await fetch(path, {
    method,
    signal: AbortSignal.timeout(patienceMillis),
    ...(body === undefined
      ? {}
      : {
          headers: { 'content-type': 'application/json', 'x-csrf-token': csrf },
          body: JSON.stringify(body),
        }),
  })
  const text = await response.text()
  const parsed: unknown = text === '' ? undefined : JSON.parse(text)
  if (response.ok) return parsed as Result
  const { reason, title, detail } = (parsed ?? {}) as Record<string, string | undefined>
  throw new Problem(response.status, reason ?? 'Unavailable', title ?? 'it did not work', detail)
}
