import { problem, type Endpoint, type HttpRequest, type Reply } from '@interlock/host'
import type { StationId } from '@interlock/kernel'
import type { Commands } from '../commands.ts'
import type { Context } from '../context.ts'
import type { StationView } from '../core/view.ts'
import type { DeadLetter } from '@interlock/topics'
import type { CapacityBook } from '../oscp/capacity-book.ts'
import type { FeederPlanner } from '../oscp/feeder-planner.ts'
import type { Tariffs } from '../tariff/tariffs.ts'
import type { Idempotent } from './idempotent.ts'

/** What the REST interface works with. */
export type Api = {
  readonly context: Context
  readonly commands: Commands
  readonly tariffs: Tariffs
  readonly once: Idempotent
  /** Absent where no operator limits a feeder. */
  readonly book: CapacityBook | undefined
  readonly feeders: FeederPlanner | undefined
  /** Of what is read by topic. */
  readonly deadLetters: () => readonly DeadLetter[]
}

/** Runs `handle` with the station in the path, or answers that there is none. */
export const withStation =
  (
    api: Api,
    handle: (view: StationView, request: HttpRequest) => Promise<Reply> | Reply,
  ): Endpoint['handle'] =>
  (request) => {
    const id = request.params['id'] ?? ''
    const view = api.context.views.get(id as StationId)
    return view === undefined ? problem('NotFound', `no station ${id}`) : handle(view, request)
  }
