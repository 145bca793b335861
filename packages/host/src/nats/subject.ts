import { parseTopic, topicName, type Topic, type TopicKind } from '@interlock/contract'
import type { Selection } from '@interlock/bus'

/**
 * A topic as a subject of NATS: its levels joined by dots. What has a meaning in subjects and may
 * stand in a level, a dot and an asterisk, is written `%2E` and `%2A`; `%` never stands in one.
 */
const escaped = (level: string): string => level.replaceAll('.', '%2E').replaceAll('*', '%2A')
const plain = (levels: string): string =>
  levels.includes('%') ? levels.replaceAll('%2E', '.').replaceAll('%2A', '*') : levels

export const subjectOf = (topic: Topic): string =>
  topicName(topic).split('/').map(escaped).join('.')

/** `undefined` for a subject that no topic has. */
export const topicOfSubject = (subject: string): Topic | undefined =>
  parseTopic(plain(subject.replaceAll('.', '/')))

export const subjectFilter = ({ kind, region, feeder, id }: Selection): string =>
  [
    'ev',
    ...[region, feeder, kind, id].map((level) => (level === undefined ? '*' : escaped(level))),
  ].join('.')

/** The stream of one kind of topic. */
export const streamOf = (kind: TopicKind): string => `EV_${kind}`
