/** What bench and load generator say to each other over the channel between their processes. */

export type LoadStation = {
  readonly id: string
  /** Its identity under mutual TLS. */
  readonly keyPem: string
  readonly chainPem: string
}

export type LoadKind = 'Heartbeat' | 'TransactionEvent' | 'MeterValues' | 'StatusNotification'

export type Order =
  | {
      readonly order: 'open'
      readonly target: string
      readonly port: number
      /** Absent: plain TCP. PEM of the root that the server's certificate hangs from. */
      readonly rootPem?: string
      readonly stations: readonly LoadStation[]
    }
  | {
      readonly order: 'run'
      readonly target: string
      readonly send: LoadKind
      readonly millis: number
      /** The first so many of those that are open. */
      readonly stations: number
    }
  /** Every connection of the target is reset, and every station comes back at once and boots. */
  | { readonly order: 'storm'; readonly target: string }
  /** How many calls each station of the target has had from the server, since it last booted. */
  | { readonly order: 'calls'; readonly target: string }

export type Answer =
  | { readonly answer: 'opened' }
  | {
      readonly answer: 'ran'
      readonly answered: number
      readonly millis: number
      /** Stations that got every answer. */
      readonly stations: number
      /** From call to answer, 99 of 100 were faster. */
      readonly p99Millis: number
    }
  | { readonly answer: 'stormed'; readonly millis: number; readonly refusedConnections: number }
  | { readonly answer: 'called'; readonly counts: readonly number[] }
