/** Topics of the bus: `ev/<region>/<feeder>/<kind>/<id>`. What each kind is stands in `topicTable`. */
export const topicKinds = [
  'state',
  'frequency',
  'arm',
  'trigger',
  'refusal',
  'security',
  'reading',
  'halfHour',
  'session',
  'consumption',
  'dailyConsumption',
  'monthlyConsumption',
  'load',
  'capacity',
  'maskKey',
  'maskRoster',
  'masked',
  'maskRound',
  'epoch',
  'lease',
] as const
export type TopicKind = (typeof topicKinds)[number]

export type Topic = {
  readonly region: string
  readonly feeder: string
  readonly kind: TopicKind
  readonly id: string
}

const part = /^[A-Za-z0-9_.*+=|@-]{1,64}$/

export const topicName = (topic: Topic): string =>
  `ev/${topic.region}/${topic.feeder}/${topic.kind}/${topic.id}`

export function parseTopic(name: string): Topic | undefined {
  const [root, region, feeder, kind, id, ...rest] = name.split('/')
  if (root !== 'ev' || rest.length > 0) return undefined
  if (![region, feeder, id].every((each) => each !== undefined && part.test(each))) return undefined
  const known = topicKinds.find((each) => each === kind)
  if (known === undefined || !region || !feeder || !id) return undefined
  return { region, feeder, kind: known, id }
}

/**
 * Where the keys (`epoch`) and the leases (`lease`) of a group topic are published. The id of a
 * group topic leaves room for its kind and a dot.
 */
export const companionTopic = (topic: Topic, kind: 'epoch' | 'lease'): Topic => ({
  ...topic,
  kind,
  id: `${topic.kind}.${topic.id}`,
})

/** The group topic whose keys and leases are published on such a companion; `undefined` for another kind. */
export function groupOfCompanion({ region, feeder, kind, id }: Topic): Topic | undefined {
  if (kind !== 'epoch' && kind !== 'lease') return undefined
  const dot = id.indexOf('.')
  return parseTopic(['ev', region, feeder, id.slice(0, dot), id.slice(dot + 1)].join('/'))
}
