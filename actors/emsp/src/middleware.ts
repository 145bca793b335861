import type { Reading, Topic } from '@interlock/contract'
import type { Eui64, Instant } from '@interlock/kernel'
import { parseRecord } from '@interlock/ocmf'
import { sameCi } from '@interlock/ocpi'
import {
  homeTopic,
  messageUnfit,
  readingTopic,
  speaksOfItself,
  type Following,
  type Proofs,
  type Received,
} from '@interlock/topics'
import type { ContractConfig, EmspConfig } from './config.ts'
import type { Told } from './data/told.ts'

/** Where stations say what their meters have signed, and operators how sessions there go. */
export const homeTopics = ({ region, homes = [] }: EmspConfig, own: Eui64): readonly Topic[] =>
  homes.flatMap((home) => [readingTopic(region, home, own), homeTopic('session', region, home)])

/**
 * Whether a record is of one of our drivers: a station sends us no others, and what comes all the same is not kept.
 * @throws Fault `MessageUnfit` for what is no record
 */
export function isOfOurs(contracts: readonly ContractConfig[], { record }: Reading): boolean {
  const parsed = parseRecord(record)
  if (!parsed.ok) throw messageUnfit(parsed.reason)
  const id = parsed.value.payload.ID
  return id !== undefined && contracts.some(({ uid }) => sameCi(uid, id))
}

/** Whether an operator speaks of a station that is its own: another one's contract with us does not make it so. */
export function speaksOfItsStations({
  homes = [],
  operators,
}: Pick<EmspConfig, 'homes' | 'operators'>): NonNullable<Following['hears']> {
  const organisationOf = new Map(
    operators.map(({ name, organisation }) => [name, organisation as Eui64]),
  )
  const operatorOf = new Map(
    homes.map(({ station, operator }) => [station, organisationOf.get(operator)]),
  )
  return ({ role, organisation }, { id }) => role === 'csms' && operatorOf.get(id) === organisation
}

/** Readings of our drivers, by the station itself; their sessions, by the operator whose station it is. */
export function followings(options: {
  readonly contracts: readonly ContractConfig[]
  readonly config: Pick<EmspConfig, 'homes' | 'operators'>
  readonly told: Told
  /** Of what was taken; brought again after a stop in between, it is proved twice. */
  readonly proofs: Pick<Proofs, 'keep'>
  readonly now: () => Instant
}): readonly Following[] {
  const { contracts, config, told, proofs, now } = options
  const take = async (received: Received): Promise<void> => {
    await told.take(received, now())
    proofs.keep(received)
  }
  return [
    {
      name: 'readings',
      selection: { kind: 'reading' },
      begins: 'first',
      hears: speaksOfItself,
      ignores: ['SealNotForUs'],
      async handle(received) {
        if (isOfOurs(contracts, received.payload as Reading)) await take(received)
      },
    },
    {
      name: 'sessions',
      selection: { kind: 'session' },
      begins: 'first',
      hears: speaksOfItsStations(config),
      ignores: ['SealNotForUs'],
      handle: take,
    },
  ]
}
