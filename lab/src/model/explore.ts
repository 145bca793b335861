import { createHash } from 'node:crypto'

/** One history of a world, that is taken from its beginning each time. */
export type World<Event> = {
  /** What may happen next. */
  enabled(): readonly Event[]
  apply(event: Event): Promise<void>
  /** Other ways in which the event just applied might have gone, such as a death in the middle of it. */
  variants(): readonly Event[]
  /** Alike for two states between which nothing later can tell. */
  fingerprint(): string
  /** What must never be, and is. */
  problem(): string | undefined
  /** Lets everything come to an end; what is wrong if it does not. Nothing is asked of the world after. */
  rest(): Promise<string | undefined>
}

export type Bounds = {
  /** Events of one history. */
  readonly depthMax: number
  readonly statesMax: number
  readonly transitionsMax: number
}

export type Explored<Event> = {
  readonly states: number
  readonly transitions: number
  /** Every history of so many events, and every shorter one, was tried. */
  readonly depth: number
  /** True when no bound but the depth ended it. */
  readonly complete: boolean
  /** The shortest history that is wrong, and what is. */
  readonly violation?: { readonly trace: readonly Event[]; readonly problem: string }
}

export type Progress = {
  readonly depth: number
  readonly states: number
  readonly transitions: number
}

type Node<Event> = {
  readonly before: Node<Event> | undefined
  readonly event: Event | undefined
  readonly depth: number
  readonly enabled: readonly Event[]
}

/**
 * Every history up to a bound, breadth first: the first wrong state that is met has a shortest
 * history. The world cannot be copied, so each state is reached by living through its history again;
 * two histories that end in one state go on as one.
 */
export async function explore<Event>(
  open: () => Promise<World<Event>>,
  bounds: Bounds,
  onProgress: (progress: Progress) => void = () => {},
): Promise<Explored<Event>> {
  /** Of each state a digest of 132 bits: the states themselves would fill the memory. */
  const known = new Set<string>()
  const queue: Node<Event>[] = []
  let transitions = 0
  let depth = 0
  const result = (
    complete: boolean,
    violation?: Explored<Event>['violation'],
  ): Explored<Event> => ({
    states: known.size,
    transitions,
    depth,
    complete,
    ...(violation === undefined ? {} : { violation }),
  })

  /** A state met for the first time is queued; what is wrong with it, if anything. */
  const arrive = async (
    world: World<Event>,
    before: Node<Event> | undefined,
    event: Event | undefined,
  ): Promise<string | undefined> => {
    const problem = world.problem()
    if (problem !== undefined) return problem
    const print = digestOf(world.fingerprint())
    if (known.has(print)) return undefined
    known.add(print)
    const next = { before, event, depth: (before?.depth ?? -1) + 1, enabled: world.enabled() }
    queue.push(next)
    return world.rest()
  }

  const first = await arrive(await open(), undefined, undefined)
  if (first !== undefined) return result(false, { trace: [], problem: first })
  for (let at = 0; at < queue.length; at += 1) {
    const node = queue[at] as Node<Event>
    if (node.depth > depth) {
      depth = node.depth
      onProgress({ depth, states: known.size, transitions })
    }
    if (node.depth >= bounds.depthMax) return result(true)
    const trace = traceOf(node)
    const left = [...node.enabled]
    for (let event = left.shift(); event !== undefined; event = left.shift()) {
      if (known.size >= bounds.statesMax || transitions >= bounds.transitionsMax)
        return result(false)
      const world = await open()
      for (const each of trace) await world.apply(each)
      await world.apply(event)
      transitions += 1
      left.push(...world.variants())
      const problem = await arrive(world, node, event)
      if (problem !== undefined) return result(false, { trace: [...trace, event], problem })
    }
  }
  return result(true)
}

const digestOf = (fingerprint: string): string =>
  createHash('sha256').update(fingerprint).digest('base64').slice(0, 22)

function traceOf<Event>(node: Node<Event>): Event[] {
  const trace: Event[] = []
  for (let at: Node<Event> | undefined = node; at !== undefined; at = at.before)
    if (at.event !== undefined) trace.unshift(at.event)
  return trace
}
