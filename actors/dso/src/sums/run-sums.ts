import { feederSumTimes, type Masked, type MaskKey, type Topic } from '@interlock/contract'
import { openJournal, type ActorDeps } from '@interlock/host'
import {
  eui64,
  Fault,
  fromBase64Url,
  millis,
  toBase64Url,
  type Eui64,
  type Instant,
  type Millis,
  type Timer,
} from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import type { GroupRules } from '@interlock/privacy'
import type { Journal } from '@interlock/store'
import { demandTopic, messageUnfit, type Following, type Topics } from '@interlock/topics'
import type { DsoConfig } from '../config.ts'
import { feederSums } from './feeder-sums.ts'
import type { SummedFeeder } from './sum-door.ts'
import { openSumStore } from './sum-store.ts'

type SumsOptions = {
  readonly topics: Pick<Topics, 'join' | 'publish' | 'tell' | 'follow'>
  /** Names this operator's topics. */
  readonly us: Eui64
  readonly rules: GroupRules
  readonly audit: Audit
  readonly deps: Pick<ActorDeps, 'clock' | 'crypto' | 'log'>
}
type Summed = SummedFeeder & { close(): void }

/** Those whose chargers the config names. @throws as {@link runSums} */
export const summedFeeders = (
  { region, data, feeders }: Pick<DsoConfig, 'region' | 'data' | 'feeders'>,
  options: SumsOptions,
): readonly Summed[] =>
  feeders.flatMap(({ group, chargers }) => {
    if (chargers === undefined) return []
    const stations = chargers.map((each) => eui64(each))
    const journal = openJournal(`${data}/sums-${group}.journal`)
    return [runSums({ ...options, region, group, stations, journal })]
  })

type RunSumsOptions = SumsOptions & {
  readonly region: string
  /** Names the feeder in its topics, and in what is noted. */
  readonly group: string
  readonly stations: readonly Eui64[]
  readonly journal: Journal
}

/** When something of a round can be due: at its beginning, and where its steps end. */
function nextLook(now: Instant, { roundMillis }: GroupRules): Millis {
  const into = now % roundMillis
  const { closingMillis, endMillis } = feederSumTimes
  const due = [closingMillis, endMillis, roundMillis].find((each) => each > into) ?? roundMillis
  return millis(due - into)
}

/**
 * The sums of one feeder, over the middleware. It is to be closed after `topics`, which bring it what it hears.
 * @throws Fault `ConfigInvalid` where region or group are no levels of a topic; when the journal cannot be read
 */
function runSums(options: RunSumsOptions): Summed {
  const { topics, region, group, stations, us, rules, audit, deps } = options
  const { clock, crypto, log } = deps
  const place = { region, feeder: group }
  const store = openSumStore(options.journal)
  const sums = feederSums(
    {
      feeder: `${region}/${group}`,
      stations,
      rules,
      store,
      say(kind, payload) {
        const topic: Topic = { ...place, kind, id: us }
        // A roster holds until the next; a round is over in a minute.
        if (kind === 'maskRoster') topics.tell(topic, payload)
        else void publish(topic, payload)
      },
      note(note, detail) {
        audit.record(note, { group, ...detail })
        log.info({ group, note, ...detail }, 'of the sums of a feeder')
      },
    },
    clock.now(),
  )

  async function publish(topic: Topic, payload: unknown): Promise<void> {
    try {
      const said = await topics.publish(topic, payload)
      if (!said.ok) log.warn({ group, kind: topic.kind, reason: said.reason }, 'not said')
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      log.warn({ group, kind: topic.kind, detail: error.message }, 'not said')
    }
  }
  const following = (
    kind: 'maskKey' | 'masked',
    handle: (payload: unknown, of: Eui64) => void,
  ): Following => ({
    name: `${kind}-${group}`,
    isFresh: true,
    selection: { kind, ...place },
    begins: 'first',
    // What is late is of a round that is over; the next of its author shows it as a gap.
    ignores: ['SealExpired'],
    hears: (peer, topic) => peer.role === 'station' && peer.eui === topic.id,
    async handle({ payload, author }) {
      handle(payload, author.eui)
    },
  })

  for (const station of stations)
    topics.join(demandTopic({ ...place, kind: 'masked', id: station }))
  topics.follow(
    following('maskKey', (payload, of) => {
      const spki = fromBase64Url((payload as MaskKey).key)
      if (spki === undefined || crypto.publicKey(spki) === undefined)
        throw messageUnfit('KeyUnreadable')
      sums.key(of, toBase64Url(crypto.sha256(spki)), clock.now())
    }),
  )
  topics.follow(
    following('masked', (payload, of) => {
      const heard = sums.hear(of, payload as Masked, clock.now())
      if (!heard.ok) log.info({ group, station: of, reason: heard.reason }, 'not counted')
    }),
  )
  let timer: Timer | undefined
  const look = (): void => {
    timer = clock.after(nextLook(clock.now(), rules), `${us}/${group}/sums`, look)
    sums.look(clock.now())
  }
  look()

  return {
    group,
    sums,
    store,
    close() {
      timer?.cancel()
      store.close()
    },
  }
}
