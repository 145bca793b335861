import { inSeconds, type Timer } from '@interlock/kernel'
import { fromPem, readCrl, revocationBundle, toPem } from '@interlock/pki'
import { inBackground } from './background.ts'
import type { Context } from './context.ts'

export type Revocations = {
  readonly revoked: (serialHex: string) => boolean
  /** The list in force with its authority, as stations take it; undefined before the first. */
  readonly bundle: () => string | undefined
  /** Fetches the list now and then; `onChange` runs when there is a new one. */
  start(context: Context, onChange: (grown: boolean) => void): void
  close(): void
}

const refreshSeconds = 60

/**
 * Serial numbers that are no longer good, from the supervisor. A list that cannot be had or does not
 * verify changes nothing: the last one stays.
 */
export function createRevocations(): Revocations {
  let serials: ReadonlySet<string> = new Set()
  let number = -1
  let bundle: string | undefined
  let timer: Timer | undefined
  let closed = false

  const refresh = async (context: Context, onChange: (grown: boolean) => void): Promise<void> => {
    const answer = await context.supervisor.revocationList()
    const [, issuer] = fromPem(context.identity.chainPem, 'CERTIFICATE')
    if (!answer.ok || issuer === undefined) return
    const list = readCrl(answer.value, issuer, context.deps.crypto)
    if (!list.ok) {
      context.audit.record('RevocationListRefused', { reason: list.reason })
      return
    }
    if (list.value.number <= number) return
    number = list.value.number
    const more = list.value.serials.size > serials.size
    serials = list.value.serials
    bundle = revocationBundle(answer.value, toPem(issuer, 'CERTIFICATE'))
    onChange(more)
  }

  const start = (context: Context, onChange: (grown: boolean) => void): void => {
    inBackground(context.deps, 'revocation-list', async () => {
      try {
        await refresh(context, onChange)
      } finally {
        const label = `${context.config.actor}/revocation-list`
        const again = (): void => start(context, onChange)
        // Certificates live in wall time, and so do their lists.
        if (!closed) timer = context.deps.wall.after(inSeconds(refreshSeconds), label, again)
      }
    })
  }

  return {
    revoked: (serialHex) => serials.has(serialHex),
    bundle: () => bundle,
    start,
    close() {
      closed = true
      timer?.cancel()
    },
  }
}
