import { granted } from '@interlock/duis'
import {
  decodeResponse,
  type ControllerConfiguration,
  type ControllerOperation,
} from '@interlock/gbcs'
import { inSeconds, ok, refused, type Eui64, type Instant, type Outcome } from '@interlock/kernel'
import type { Context } from './context.ts'

/** What the load controller of a home says that it holds (7.14), and that its loads do (7.15). */
export type Controllers = Required<ControllerConfiguration> & Required<ControllerOperation>

/** So long what was read is not asked for again: a page that is reloaded does not keep the network busy. */
const readAgainSeconds = 60

/**
 * What the load controllers of homes say, by their own signatures, read when somebody asks.
 */
export function createControllers(
  context: Context,
): (llcs: Eui64) => Promise<Outcome<Controllers, string>> {
  const held = new Map<
    Eui64,
    { readonly at: Instant; readonly read: Outcome<Controllers, string> }
  >()
  const { clock } = context.deps
  return async (llcs) => {
    const last = held.get(llcs)
    if (last !== undefined && clock.now() - last.at < inSeconds(readAgainSeconds)) return last.read
    const read = await readControllers(llcs, context)
    held.set(llcs, { at: clock.now(), read })
    return read
  }
}

async function readControllers(
  llcs: Eui64,
  { dcc, deps, smartMeterIdentity, store }: Context,
): Promise<Outcome<Controllers, string>> {
  const ask = async (
    service: '7.14' | '7.15',
    kind: 'readControllers' | 'readControllerOperation',
  ) => {
    const counter = await store.counter(llcs, 'duis', deps.clock.now())
    const id = { originator: smartMeterIdentity.peer.organisation, target: llcs, counter }
    const answered = await dcc.ask({ ...id, service, commandVariant: 1, body: { kind } })
    if (!answered.ok) return answered
    const done = granted(answered.value)
    if (!done.ok) return done
    const read = decodeResponse(done.value.payload ?? new Uint8Array())
    return read.ok ? ok(read.value.response) : refused('AnswerUnreadable', read.detail)
  }
  const configuration = await ask('7.14', 'readControllers')
  if (!configuration.ok) return configuration
  const operation = await ask('7.15', 'readControllerOperation')
  if (!operation.ok) return operation
  const { descriptions, specialDays, entries } = configuration.value
  const { kinds, states } = operation.value
  // A device that says nothing of them has none; one that could read a part says that part.
  return descriptions === undefined || kinds === undefined
    ? refused('AnswerUnreadable', 'it says nothing of its controllers')
    : ok({
        descriptions,
        specialDays: specialDays ?? [],
        entries: entries ?? [],
        kinds,
        states: states ?? [],
      })
}
