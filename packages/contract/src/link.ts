/**
 * Messages on the local link between LLCS and station. Each travels in a frame with a keyed MAC, a
 * counter and an expiry (package seal, `link-frame.ts`) and is acknowledged by the other side.
 */
export type LinkMessage =
  /** LLCS → station: a signed pre-command the LLCS has verified (base64, `DF 09` … signature). */
  | { readonly kind: 'arm'; readonly preCommand: string }
  /** LLCS → station: the LLCS measured this and arms the pre-authorisation `digest`, until then. */
  | {
      readonly kind: 'respond'
      readonly digest: string
      readonly hertz: number
      readonly measuredAt: number
      readonly until: number
    }
  /** LLCS → station: the frequency has recovered, or the response has lasted its longest. */
  | { readonly kind: 'restore'; readonly digest: string; readonly at: number }
  /** LLCS → station: a revocation list with its authority (PEM), which the station verifies. */
  | { readonly kind: 'revocationList'; readonly text: string }
  /** LLCS → station: the command that set the meter's tariff, as its supplier signed it (base64). */
  | { readonly kind: 'tariff'; readonly signed: string }
  /** LLCS → station: the command that put another load controller in the LLCS's cells, as the supplier signed it (base64). */
  | { readonly kind: 'loadController'; readonly signed: string }
  /** LLCS → station: the command by which the home's supplier renewed its certificate in the LLCS's cells (base64). */
  | { readonly kind: 'supplier'; readonly signed: string }
  /** LLCS → station: trusted time from the smart-meter system. */
  | { readonly kind: 'time'; readonly at: number }
  | { readonly kind: 'heartbeat'; readonly at: number }
  /** Station → LLCS: the load moved under this arm. */
  | { readonly kind: 'used'; readonly digest: string; readonly change: 'change' | 'return' }
  /** Station → LLCS: the owner's keys now in force (base64 SPKI), after a code at the charger. */
  | { readonly kind: 'ownerKeys'; readonly keys: readonly string[] }
  /** Either: the answer to the message with counter `to`. `reason` absent means done. */
  | { readonly kind: 'ack'; readonly to: string; readonly reason?: string }
