/**
 * What actors publish for people to see. Each is one sentence's worth of fact; the sentence itself is
 * made by the console from one catalogue. `GET /api/v1/events` (server-sent events) streams them.
 */
export type Happening = {
  /** World time, ms since 1970. */
  readonly at: number
  readonly actor: string
  readonly kind:
    'state' | 'frequency' | 'arm' | 'trigger' | 'refusal' | 'response' | 'security' | 'attack'
  readonly station?: string
  readonly reason?: string
  readonly data?: Readonly<Record<string, string | number | boolean | null>>
}
