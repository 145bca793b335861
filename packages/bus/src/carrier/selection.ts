import type { Topic } from '@interlock/contract'
import type { Selection } from './carrier.ts'

const levels = ['region', 'feeder', 'kind', 'id'] as const

export const isSelected = (selection: Selection, topic: Topic): boolean =>
  levels.every((level) => (selection[level] ?? topic[level]) === topic[level])
