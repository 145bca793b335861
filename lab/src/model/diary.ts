import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import type { Oracle } from './oracle.ts'

const methods = [
  'submitted',
  'answered',
  'triggered',
  'pressed',
  'sampled',
  'accepted',
  'load',
] as const
type Method = (typeof methods)[number]
/** What an oracle was told; and each time something was to happen, the counters on the disk before it. */
export type Told =
  | { [Of in Method]: readonly [Of, ...Parameters<Oracle[Of]>] }[Method]
  | readonly ['begun', readonly (readonly [of: string, counter: string])[]]

/** What was told to the oracle of one home, on the disk: it outlives whoever wrote it. */
export type Diary = {
  told(): readonly Told[]
  tell(line: Told): void
}

/** A line is written when `tell` returns: a SIGKILL takes nothing of it back. */
export function openDiary(path: string): Diary {
  return {
    told: () =>
      existsSync(path)
        ? readFileSync(path, 'utf8')
            .split('\n')
            .filter((line) => line !== '')
            .map((line) => JSON.parse(line) as Told)
        : [],
    tell: (line) => appendFileSync(path, `${JSON.stringify(line)}\n`),
  }
}

type AnyMethod = (...args: unknown[]) => string | undefined

/** Tells an oracle all that another was told; what it finds wrong with it. */
export function retell(oracle: Oracle, told: readonly Told[]): readonly string[] {
  return told.flatMap(([method, ...args]) => {
    if (method === 'begun') return []
    const found = (oracle[method] as AnyMethod)(...args)
    return typeof found === 'string' ? [found] : []
  })
}

/** The same oracle, that writes down what it is told before it judges. */
export function keepsDiary(oracle: Oracle, diary: Diary): Oracle {
  const keeping = methods.map((method): [Method, AnyMethod] => [
    method,
    (...args) => {
      diary.tell([method, ...args] as unknown as Told)
      return (oracle[method] as AnyMethod)(...args)
    },
  ])
  return { ...oracle, ...(Object.fromEntries(keeping) as Partial<Oracle>) }
}
