import type { StationId } from '@interlock/kernel'
import type { Context } from './context.ts'
import type { Fact, FactKind, Learned, Lesson } from './core/facts.ts'

type Knowing = Pick<Context, 'known' | 'deps'>

/** Puts on file what a station said or did; resolves when it is durable. */
export async function note(
  context: Knowing,
  stationId: StationId,
  ...facts: readonly Learned[]
): Promise<void> {
  const at = context.deps.clock.now()
  if (facts.length > 0) await context.known.put(facts.map((fact) => ({ ...fact, stationId, at })))
}

/** What no longer is goes first, so that a lesson may replace everything of a kind. */
export async function take(context: Knowing, stationId: StationId, lesson: Lesson): Promise<void> {
  for (const { kind, keys } of lesson.remove ?? [])
    await context.known.remove(stationId, kind, keys)
  await note(context, stationId, ...(lesson.put ?? []))
}

/** The facts of a kind under their keys. */
export async function factsOf(
  context: Pick<Context, 'known'>,
  stationId: StationId,
  kind: FactKind,
): Promise<ReadonlyMap<string, Fact['value']>> {
  const facts = await context.known.all(stationId, kind)
  return new Map(facts.map((fact) => [fact.key, fact.value]))
}
