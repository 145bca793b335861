import { inSeconds, type Timer } from '@interlock/kernel'
import {
  fromPem,
  readCrl,
  revocationBundle,
  toPem,
  type Hierarchy,
  type RevocationList,
} from '@interlock/pki'
import { inBackground } from './background.ts'
import type { Context } from './context.ts'

export type Revocations = {
  readonly revoked: (serialHex: string) => boolean
  /** The same of the smart-meter side. */
  readonly revokedSmartMeter: (serialHex: string) => boolean
  /** The lists in force, each with its authority, as stations take them. */
  readonly bundles: () => readonly string[]
  /** Fetches the list now and then; `onChange` runs when there is a new one. */
  start(context: Context, onChange: (grown: boolean) => void): void
  close(): void
}

const refreshSeconds = 60
const unchanged = { fresh: false, grown: false }

/**
 * Serial numbers that are no longer good, from the supervisor. A list that cannot be had or does not
 * verify changes nothing: the last one stays.
 */
export function createRevocations(): Revocations {
  const held = new Map<Hierarchy, { list: RevocationList; bundle: string }>()
  let timer: Timer | undefined
  let closed = false

  /** Whether there is a new one, and whether it names more than the last. */
  const refresh = async (context: Context, hierarchy: Hierarchy) => {
    const answer = await context.supervisor.revocationList(hierarchy)
    const { identity, smartMeterIdentity } = context
    const own = hierarchy === 'charging' ? identity : smartMeterIdentity
    const [, issuer] = fromPem(own.chainPem, 'CERTIFICATE')
    if (!answer.ok || issuer === undefined) return unchanged
    const list = readCrl(answer.value, issuer, context.deps.crypto)
    if (!list.ok) {
      context.audit.record('RevocationListRefused', { hierarchy, reason: list.reason })
      return unchanged
    }
    const before = held.get(hierarchy)?.list
    if (before !== undefined && list.value.number <= before.number) return unchanged
    const bundle = revocationBundle(answer.value, toPem(issuer, 'CERTIFICATE'))
    held.set(hierarchy, { list: list.value, bundle })
    return { fresh: true, grown: list.value.serials.size > (before?.serials.size ?? 0) }
  }
  const refreshBoth = async (context: Context, onChange: (grown: boolean) => void) => {
    const [charging, smartMeter] = await Promise.all([
      refresh(context, 'charging'),
      refresh(context, 'smartMeter'),
    ])
    if (charging.fresh || smartMeter.fresh) onChange(charging.grown)
  }

  const start = (context: Context, onChange: (grown: boolean) => void): void => {
    inBackground(context.deps, 'revocation-list', async () => {
      try {
        await refreshBoth(context, onChange)
      } finally {
        const label = `${context.config.actor}/revocation-list`
        const again = (): void => start(context, onChange)
        // Certificates live in wall time, and so do their lists.
        if (!closed) timer = context.deps.wall.after(inSeconds(refreshSeconds), label, again)
      }
    })
  }

  const names = (hierarchy: Hierarchy) => (serialHex: string) =>
    held.get(hierarchy)?.list.serials.has(serialHex) === true

  return {
    revoked: names('charging'),
    revokedSmartMeter: names('smartMeter'),
    bundles: () => [...held.values()].map(({ bundle }) => bundle),
    start,
    close() {
      closed = true
      timer?.cancel()
    },
  }
}
