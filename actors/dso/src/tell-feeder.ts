import type { ActorDeps, Running } from '@interlock/host'
import { Fault, millis, type Timer } from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import { dayAhead } from './capacity/day-ahead.ts'
import type { FeederConfig } from './config.ts'
import { blockMillis } from './forecast/load-series.ts'
import { readHistory } from './forecast/read-history.ts'
import type { ProviderDesk } from './oscp/provider-desk.ts'

/**
 * Tells the providers of one feeder what they may use of it. Where that cannot be known nothing is told,
 * and once their forecasts run out they have their fallbacks.
 */
export function tellFeeder(
  { history, contracts, ...feeder }: FeederConfig,
  desks: readonly ProviderDesk[],
  audit: Audit,
  { clock, log }: Pick<ActorDeps, 'clock' | 'log'>,
): void {
  const { group } = feeder
  const named = contracts.map(({ provider, ...each }) => ({ operator: provider, ...each }))
  try {
    const day = dayAhead({ ...feeder, contracts: named }, readHistory(history), clock.now())
    if (!day.ok) return void audit.record('CapacityUnknown', { group, reason: day.reason })
    const { forecasts, atRisk } = day.value
    if (atRisk.length > 0) audit.record('CapacityAtRisk', { group, blocks: atRisk })
    for (const desk of desks) desk.offer(forecasts.get(desk.name) ?? [])
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    log.error({ group, detail: error.message }, 'no capacity is told')
  }
}

/** Does `work` at the start of every block. */
export function everyBlock(
  work: () => void,
  label: string,
  { clock }: Pick<ActorDeps, 'clock'>,
): Running {
  let timer: Timer | undefined
  const wait = (): void => {
    const delay = millis(blockMillis - (clock.now() % blockMillis))
    timer = clock.after(delay, label, () => {
      wait()
      work()
    })
  }
  wait()
  return {
    close() {
      timer?.cancel()
      return Promise.resolve()
    },
  }
}
