/** What bench and load generator say to each other over the channel between their processes. */

export type LoadStation = {
  readonly id: string
  /** Its identity under mutual TLS. */
  readonly keyPem: string
  readonly chainPem: string
}

export type LoadKind = 'Heartbeat' | 'TransactionEvent'

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
    }

export type Answer =
  | { readonly answer: 'opened' }
  | { readonly answer: 'ran'; readonly answered: number; readonly millis: number }
  | { readonly answer: 'failed'; readonly problem: string }
