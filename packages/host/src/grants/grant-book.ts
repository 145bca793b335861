import {
  accessPointLimits,
  hasAuthorsById,
  isSelected,
  selectionsMeet,
  TopicGrant,
  type Topic,
  type TopicSelection,
} from '@interlock/contract'
import { canonicalJson, Fault, ok, refused, type Eui64, type Outcome } from '@interlock/kernel'
import type { Journal } from '@interlock/store'
import type { Log } from '../log.ts'
import { Type, type Static } from 'typebox'
import { Compile } from 'typebox/compile'

/** What each organisation may do on which topics; durable. */
export type GrantBook = {
  readonly all: readonly TopicGrant[]
  /** False when it was granted before; `IdMissing` where authors are granted by id alone. @throws Fault of the disk */
  grant(grant: TopicGrant): Outcome<boolean, 'GrantsFull' | 'IdMissing'>
  /** False when there is none such. */
  revoke(grant: TopicGrant): boolean
  allows(organisation: Eui64, may: TopicGrant['may'], topic: Topic): boolean
  /** Whether the organisation may do that on any topic that `selection` can mean. */
  meets(organisation: Eui64, may: TopicGrant['may'], selection: TopicSelection): boolean
  close(): void
}

const Entry = Type.Object({
  does: Type.Union([Type.Literal('grant'), Type.Literal('revoke')]),
  grant: TopicGrant,
})
type Entry = Static<typeof Entry>
const entryShape = Compile(Entry)

/** Of a home's topics nobody is an author by region or feeder, nor by what was written down when that was possible. */
const isOfAll = ({ may, kind, id }: TopicGrant): boolean =>
  may === 'publish' && id === undefined && hasAuthorsById(kind)

type Asked = Pick<TopicGrant, 'organisation' | 'may' | 'kind' | 'id'>
const placeOf = ({ organisation, may, kind, id = '' }: Asked): string =>
  `${organisation} ${may} ${kind} ${id}`

/** @param log hears how many grants of the journal count no more @throws Fault `GrantsDamaged` */
export function openGrantBook(journal: Journal, log: Pick<Log, 'warn'>): GrantBook {
  const held = new Map<string, TopicGrant>()
  /** The same by whose they are and of which id: each message that is carried is asked about. */
  const places = new Map<string, Map<string, TopicGrant>>()
  const apply = ({ does, grant }: Entry): void => {
    if (isOfAll(grant)) return
    const [name, place] = [canonicalJson(grant), placeOf(grant)]
    const there = places.get(place) ?? new Map<string, TopicGrant>()
    if (does === 'grant') {
      held.set(name, grant)
      places.set(place, there.set(name, grant))
    } else {
      held.delete(name)
      there.delete(name)
      if (there.size === 0) places.delete(place)
    }
  }
  const at = (asked: Asked): readonly TopicGrant[] => [
    ...(places.get(placeOf(asked))?.values() ?? []),
  ]
  const ignored = new Set<string>()
  for (const entry of journal.entries()) {
    if (!entryShape.Check(entry)) throw damaged()
    apply(entry)
    if (!isOfAll(entry.grant)) continue
    if (entry.does === 'grant') ignored.add(canonicalJson(entry.grant))
    else ignored.delete(canonicalJson(entry.grant))
  }
  if (ignored.size > 0)
    log.warn(
      { grants: ignored.size },
      'grants to publish that name no home count no more: grant each home by its id',
    )
  const write = (entry: Entry): void => {
    journal.append(entry)
    apply(entry)
    if (journal.isLong)
      journal.rewrite([...held.values()].map((grant): Entry => ({ does: 'grant', grant })))
  }
  const of = (organisation: Eui64, may: TopicGrant['may']): TopicGrant[] =>
    [...held.values()].filter((each) => each.organisation === organisation && each.may === may)
  return {
    get all() {
      return [...held.values()]
    },
    grant(grant) {
      if (isOfAll(grant)) return refused('IdMissing')
      if (held.has(canonicalJson(grant))) return ok(false)
      if (held.size >= accessPointLimits.grantsMax) return refused('GrantsFull')
      write({ does: 'grant', grant })
      return ok(true)
    },
    revoke(grant) {
      if (!held.has(canonicalJson(grant))) return false
      write({ does: 'revoke', grant })
      return true
    },
    allows(organisation, may, topic) {
      const { kind, id } = topic
      const some = [...at({ organisation, may, kind, id }), ...at({ organisation, may, kind })]
      return some.some((grant) => isSelected(grant, topic))
    },
    meets: (organisation, may, selection) =>
      of(organisation, may).some((grant) => selectionsMeet(grant, selection)),
    close: () => journal.close(),
  }
}

const damaged = (): Fault =>
  new Fault('GrantsDamaged', 'the journal of grants holds what is no grant', {
    remedy: 'keep the file as evidence, and grant anew',
  })
