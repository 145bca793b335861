import type { Topic } from '@interlock/contract'
import type { PeerTerms } from '@interlock/host/oscp'
import { homeTopic, speaksOfItself, type Following, type Proofs } from '@interlock/topics'
import type { DsoConfig } from './config.ts'
import type { FeederSayings } from './metering/feeder-sayings.ts'

type Config = Pick<DsoConfig, 'region' | 'feeders' | 'homes'>

/**
 * By feeder and provider with a contract there: where it says what its chargers draw (`load`, if the feeder is reported), and is
 * told what they may draw (`capacity`). Its organisation is the topic's id.
 */
export const contractTopics = (
  kind: 'load' | 'capacity',
  { region, feeders }: Config,
  providers: readonly PeerTerms[],
): readonly Topic[] =>
  feeders
    .filter(({ reported }) => kind === 'capacity' || reported === true)
    .flatMap(({ group, contracts }) =>
      contracts.flatMap(({ provider }) =>
        providers
          .filter(({ name }) => name === provider)
          .map(({ pinned }): Topic => ({ region, feeder: group, kind, id: pinned.org })),
      ),
    )

/** Where homes say what their meters have signed, if they let this operator read it. */
export const readingTopics = ({ region, homes = [] }: Config): readonly Topic[] =>
  homes.map((home) => homeTopic('reading', region, home))

/** Providers of their own chargers, homes of themselves. */
/** @param proofs of what homes have signed; a load is under a key that others have too, and proves nothing */
export const followings = (
  { loads, readings }: Pick<FeederSayings, 'loads' | 'readings'>,
  proofs: Pick<Proofs, 'keep'>,
): readonly Following[] => [
  {
    name: 'loads',
    selection: { kind: 'load' },
    begins: 'first',
    hears: (author, topic) => author.role === 'csms' && author.organisation === topic.id,
    handle: (received) => Promise.resolve(void loads.take(received)),
  },
  {
    name: 'readings',
    selection: { kind: 'reading' },
    begins: 'first',
    hears: speaksOfItself,
    // A consent that is withdrawn, and given again, is a gap.
    ignores: ['SealNotForUs'],
    handle(received) {
      // Held once; brought again after a stop in between, it is proved twice.
      readings.take(received)
      proofs.keep(received)
      return Promise.resolve()
    },
  },
]
