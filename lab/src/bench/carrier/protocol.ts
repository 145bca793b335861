import type { SaidKind, Secrets } from '../sealed-data.ts'

/** What the bench, which publishes, and the process of the readers say to each other. */
export type WayName = 'sealed' | 'raw'

export type Order =
  | { readonly order: 'open'; readonly address: string; readonly secrets: Secrets }
  /** Reads what is published from now on: `count` messages, by each of `readers`. */
  | {
      readonly order: 'read'
      readonly way: WayName
      readonly kind: SaidKind
      readonly readers: number
      readonly count: number
    }
  /** Answered when every reader has the one at this place. */
  | { readonly order: 'until'; readonly place: number }
  /** Answered when every reader has all that was ordered. */
  | { readonly order: 'taken' }
  /** The cryptography that opens `count` messages, without any. */
  | { readonly order: 'bare'; readonly kind: SaidKind; readonly count: number }

export type Answer =
  | { readonly answer: 'done' }
  | {
      readonly answer: 'taken'
      /** Milliseconds since 1970 when the last reader had opened each. */
      readonly at: readonly number[]
      /** Processor time of this process since it has had the first. */
      readonly cpuMicros: number
      /** The most that this process ever had resident. */
      readonly peakMebibytes: number
    }

/** With fractions, and alike in all processes of one machine. */
export const sharedMillis = (): number => performance.timeOrigin + performance.now()
