import type { ActorDeps, Running } from '@interlock/host'
import type { OcpiPeers } from '@interlock/host/ocpi'
import { inMinutes, type Timer } from '@interlock/kernel'
import { ownerName, type OcpiOwner, type Registration } from '@interlock/ocpi'
import type { OcpiObjects } from '@interlock/store'
import { createDelivery, type Telling } from './delivery.ts'

export type Outbox = Running & {
  /** Tells a party of an object of ours; on the disk before it is tried, and tried until it is heard. */
  push(party: string, module: 'cdrs', id: string, object: object): Promise<void>
  /** The same of something of which the newest state alone is of use: what still waits of it is not sent any more. */
  pushState(
    party: string,
    module: 'locations' | 'sessions' | 'tariffs' | 'chargingprofiles',
    id: string,
    object: object,
  ): Promise<void>
  /** Once, and not again: the outcome of a request. */
  post(party: string, url: string, body: unknown): Promise<void>
}

/** Its name is that under which it waits: what comes later of the same object does not take its place. */
type Waiting = Telling & { readonly name: string }

const retryMillis = inMinutes(1)
export const waitingModule = 'waiting'
const pageLimit = 100

/** What is told to providers, one after the other. */
export function createOutbox(options: {
  readonly us: OcpiOwner
  readonly peers: OcpiPeers
  readonly registration: Registration
  readonly objects: OcpiObjects
  readonly deps: Pick<ActorDeps, 'clock' | 'entropy' | 'log'>
  readonly label: string
}): Outbox {
  const { us, peers, registration, objects, deps, label } = options
  const { clock, log } = deps
  const { deliver, send } = createDelivery({ us, peers, registration, deps })
  const owner = ownerName(us)
  let timer: Timer | undefined
  let working: Promise<void> | undefined
  let again = false
  let count = 0
  /** By party, module and id: the name under which its newest state waits, or has waited. */
  const states = new Map<string, string>()
  let closed = false

  const keyOf = ({ party, module, id }: Omit<Telling, 'object'>): string =>
    `${party} ${module} ${id}`
  const isNewest = (each: Waiting): boolean => (states.get(keyOf(each)) ?? each.name) === each.name
  const forget = async (told: Waiting): Promise<void> => {
    const { name } = told
    await objects.remove({ module: waitingModule, owner, id: name })
    const key = keyOf(told)
    if (states.get(key) === name) states.delete(key)
  }
  const work = async (): Promise<void> => {
    do {
      again = false
      let offset = 0
      // One that does not answer holds up no other, and hears all in its order once it does.
      const silent = new Set<string>()
      for (;;) {
        const { objects: page } = await objects.list(waitingModule, { offset, limit: pageLimit })
        for (const each of page as readonly Waiting[]) {
          if (closed) return
          const told = silent.has(each.party)
            ? 'silent'
            : isNewest(each)
              ? await deliver(each)
              : 'done'
          if (told === 'silent') silent.add(each.party)
          if (told === 'done') await forget(each)
          else offset += 1
        }
        if (page.length < pageLimit) break
      }
      if (offset > 0) timer = clock.after(retryMillis, label, run)
    } while (again)
  }
  const run = (): void => {
    if (closed) return
    timer?.cancel()
    again = true
    working ??= work()
      .catch((error: unknown) => {
        log.error({ error }, 'what waits for providers is not told')
        timer = clock.after(retryMillis, label, run)
      })
      .finally(() => {
        working = undefined
        if (again) run()
      })
  }
  const enqueue = async (
    party: string,
    module: string,
    id: string,
    told: object,
  ): Promise<string> => {
    const now = clock.now()
    count += 1
    const name = `${module}/${id}/${now}-${count}`
    const object: Waiting = { party, module, id, name, object: told }
    const kept = await objects.put({
      module: waitingModule,
      owner,
      id: name,
      lastUpdated: now,
      object,
    })
    if (kept === 'full') log.error({ party, module, id }, 'too much waits: it is not told')
    run()
    return name
  }
  run()
  return {
    async push(party, module, id, told) {
      await enqueue(party, module, id, told)
    },
    async pushState(party, module, id, told) {
      const key = keyOf({ party, module, id })
      const before = states.get(key)
      if (before !== undefined) await objects.remove({ module: waitingModule, owner, id: before })
      states.set(key, await enqueue(party, module, id, told))
    },
    async post(party, url, body) {
      const reached = registration.reach(party, 'credentials', 'RECEIVER')
      if (!reached.ok) return
      const answer = await send(party, 'POST', url, reached.value.token, body)
      if (answer?.ok !== true) log.warn({ party, reason: answer?.reason }, 'an outcome is not told')
    },
    async close() {
      closed = true
      timer?.cancel()
      await working
    },
  }
}
