import type { Load, Topic } from '@interlock/contract'
import type { Eui64 } from '@interlock/kernel'
import type { PeerTerms } from '@interlock/host/oscp'
import type { Following } from '@interlock/topics'
import type { DsoConfig } from './config.ts'
import type { Loads } from './metering/loads.ts'

/** Where each provider says what its chargers on a feeder draw: its organisation is the topic's id. */
export const loadTopics = (
  { region, feeders }: Pick<DsoConfig, 'region' | 'feeders'>,
  providers: readonly PeerTerms[],
): readonly Topic[] =>
  feeders.flatMap(({ group, contracts }) =>
    contracts.flatMap(({ provider }) =>
      providers
        .filter(({ name }) => name === provider)
        .map(({ pinned }): Topic => ({ region, feeder: group, kind: 'load', id: pinned.org })),
    ),
  )

/** What providers say of their feeders, each of its own. */
export const loadsFollowing = (
  loads: Loads,
  providerOf: (organisation: Eui64) => string | undefined,
): Following => ({
  name: 'loads',
  selection: { kind: 'load' },
  begins: 'first',
  hears: (author, topic) => author.role === 'csms' && author.organisation === topic.id,
  handle({ topic, author, head, payload }) {
    const provider = providerOf(author.organisation)
    if (provider !== undefined)
      loads.take({ group: topic.feeder, provider, sequence: head.seq, ...(payload as Load) })
    return Promise.resolve()
  },
})
