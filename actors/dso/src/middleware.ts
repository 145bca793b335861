import type { HalfHour, Topic } from '@interlock/contract'
import type { PeerTerms } from '@interlock/host/oscp'
import {
  homeTopic,
  messageUnfit,
  speaksOfItself,
  type Following,
  type Proofs,
} from '@interlock/topics'
import type { DsoConfig } from './config.ts'
import type { FeederSayings } from './metering/feeder-sayings.ts'
import { whyNoHalfHour } from './metering/half-hour-record.ts'

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

/** Where homes say what their registers read at the end of each half-hour, if they let this operator read it. */
export const halfHourTopics = ({ region, homes = [] }: Config): readonly Topic[] =>
  homes.map((home) => homeTopic('halfHour', region, home))

/**
 * Providers of their own chargers, homes of themselves.
 * @param proofs of what homes have signed; a load is under a key that others have too, and proves nothing
 */
export const followings = (
  { loads, halfHours }: Pick<FeederSayings, 'loads' | 'halfHours'>,
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
    name: 'half-hours',
    selection: { kind: 'halfHour' },
    begins: 'first',
    hears: speaksOfItself,
    // A consent that is withdrawn, and given again, is a gap.
    ignores: ['SealNotForUs'],
    handle(received) {
      const problem = whyNoHalfHour((received.payload as HalfHour).record)
      if (problem !== undefined) throw messageUnfit(problem)
      // Held once; brought again after a stop in between, it is proved twice.
      halfHours.take(received)
      proofs.keep(received)
      return Promise.resolve()
    },
  },
]
