import type { ActorDeps, Running } from '@interlock/host'
import { sendOcpi, type OcpiPeers } from '@interlock/host/ocpi'
import { inMinutes, type Timer } from '@interlock/kernel'
import { ownerName, type OcpiOwner, type Registration } from '@interlock/ocpi'
import type { OcpiObjects } from '@interlock/store'

export type Outbox = Running & {
  /** Tells a party of an object of ours; on the disk before it is tried, and tried until it is heard. */
  push(party: string, module: 'sessions' | 'cdrs', id: string, object: unknown): Promise<void>
  /** The same of something of which the newest state alone is of use: what still waits of it is not sent any more. */
  pushState(
    party: string,
    module: 'locations' | 'tariffs' | 'chargingprofiles',
    id: string,
    object: unknown,
  ): Promise<void>
  /** Once, and not again: the outcome of a request. */
  post(party: string, url: string, body: unknown): Promise<void>
}

type Waiting = {
  readonly party: string
  readonly module: string
  readonly id: string
  /** Under which it waits: what comes later of the same object does not take its place. */
  readonly name: string
  readonly object: unknown
}

const retryMillis = inMinutes(1)
const waitingModule = 'waiting'
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
  const { clock, entropy, log } = deps
  const owner = ownerName(us)
  let timer: Timer | undefined
  let working: Promise<void> | undefined
  let again = false
  let count = 0
  /** By party, module and id: the name under which its newest state waits, or has waited. */
  const states = new Map<string, string>()
  let closed = false

  const send = async (
    party: string,
    method: 'PUT' | 'POST',
    url: string,
    token: string,
    body: unknown,
  ) => {
    const http = peers.httpOf(party)
    const to = peers.parties.find(({ name }) => name === party)?.owner
    if (http === undefined || to === undefined) return undefined
    return await sendOcpi(http, { token, method, url, body, routing: { from: us, to } }, entropy)
  }
  /** `done`: it need not be tried again, for it was heard, or refused for good. `silent`: nobody answers there. */
  const deliver = async ({
    party,
    module,
    id,
    object,
  }: Waiting): Promise<'done' | 'later' | 'silent'> => {
    // Profiles are the provider's: it hears of them at the other end of that module (§14.3.2.2).
    const isProfile = module === 'chargingprofiles'
    const reached = registration.reach(party, module, isProfile ? 'SENDER' : 'RECEIVER')
    if (!reached.ok) return reached.reason === 'EndpointsMissing' ? 'done' : 'later'
    const { url, token } = reached.value
    const { country_code, party_id } = us
    const isCdr = module === 'cdrs'
    const own = isProfile ? '' : `/${country_code}/${party_id}`
    const at = isCdr ? url : `${url}${own}/${encodeURIComponent(id)}`
    const answer = await send(party, isCdr ? 'POST' : 'PUT', at, token, object)
    if (answer === undefined || answer.ok) return 'done'
    log.warn({ party, module, id, reason: answer.reason, detail: answer.detail }, 'not taken')
    // What the provider could not do it may do later; what it refuses it refuses again.
    if (answer.reason.startsWith('Status2')) return 'done'
    return answer.reason === 'PeerUnavailable' ? 'silent' : 'later'
  }
  const forget = async ({ party, module, id, name }: Waiting): Promise<void> => {
    await objects.remove({ module: waitingModule, owner, id: name })
    const key = `${party} ${module} ${id}`
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
          const told = silent.has(each.party) ? 'silent' : await deliver(each)
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
      .catch((error: unknown) => log.error({ error }, 'what waits for providers is not told'))
      .finally(() => {
        working = undefined
        if (again) run()
      })
  }
  const enqueue = async (
    party: string,
    module: string,
    id: string,
    told: unknown,
  ): Promise<string> => {
    const now = clock.now()
    count += 1
    const name = `${module}/${id}/${now}-${count}`
    const object: Waiting = { party, module, id, name, object: told }
    await objects.put({ module: waitingModule, owner, id: name, lastUpdated: now, object })
    run()
    return name
  }
  run()
  return {
    async push(party, module, id, told) {
      await enqueue(party, module, id, told)
    },
    async pushState(party, module, id, told) {
      const key = `${party} ${module} ${id}`
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
