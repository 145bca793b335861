import { buildDccAlert, signDocument, type DccAlert, type XmlSigner } from '@interlock/duis'
import {
  httpClient,
  type ActorDeps,
  type HttpClient,
  type Identity,
  type Trust,
} from '@interlock/host'
import { Fault, inHours, millis, type Role, type Timer } from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import { sql, type Kysely } from 'kysely'
import { nameOf, type User } from './anomaly.ts'
import type { DccTables } from './tables.ts'

/** A user that has an address for what the data company tells of its own accord. */
export type Subscriber = User & {
  /** Where alerts are posted. */
  readonly url: string
}

/**
 * Brings alerts to the users they are for, each in its order: the next when the last has been taken. What
 * is not taken waits, durably, and is tried again. A user without an address fetches what there is to fetch.
 */
export type AlertPush = {
  tell(user: User, about: DccAlert['about']): Promise<void>
  /** Everybody in one of these roles. */
  tellRoles(roles: readonly Role[], about: DccAlert['about']): Promise<void>
  /** Brings what waited over a restart. */
  start(): void
  close(): Promise<void>
}

/** What one user may have waiting; what comes then is on the record, and is not brought. */
const waitingMax = 1_000
/** So long it is tried. */
const triedMillis = inHours(24)
const retryMillis = { first: 1_000, most: 300_000 }

export function openAlertPush(
  db: Kysely<DccTables>,
  options: {
    readonly subscribers: readonly Subscriber[]
    readonly identity: Identity
    readonly trust: Trust
    readonly signer: XmlSigner
    readonly audit: Audit
  },
  { clock, crypto, activity, log }: Pick<ActorDeps, 'clock' | 'crypto' | 'activity' | 'log'>,
): AlertPush {
  const { identity, trust, signer, audit } = options
  const self = identity.peer.eui
  const lines = new Map(options.subscribers.map((each) => [nameOf(each), lineTo(each)]))
  let closed = false

  function lineTo(to: Subscriber) {
    const { organisation, role } = to
    const http = httpClient({
      identity,
      trust,
      activity,
      expectRole: role,
      expectOrganisation: organisation,
    })
    const waiting = db
      .selectFrom('pushed_alerts')
      .where('organisation', '=', organisation)
      .where('role', '=', role)
    let timer: Timer | undefined
    let pause: number = retryMillis.first
    let state: 'idle' | 'busy' | 'again' = 'idle'

    /** False when the user has not taken it. */
    const bring = async (xml: string): Promise<boolean> => {
      try {
        const { status } = await post(http, to.url, signDocument(xml, signer, crypto))
        return status >= 200 && status < 300
      } catch (error) {
        if (error instanceof Fault) return false
        throw error
      }
    }
    const bringAll = async (): Promise<void> => {
      for (;;) {
        const row = await waiting.selectAll().orderBy('id').limit(1).executeTakeFirst()
        if (row === undefined || closed) return
        const isOver = Number(row.at) < clock.now() - triedMillis
        if (isOver) audit.critical('AlertGivenUp', { user: organisation, role, id: row.id })
        else if (!(await bring(row.xml))) return later()
        pause = retryMillis.first
        await db.deleteFrom('pushed_alerts').where('id', '=', row.id).execute()
      }
    }
    const later = (): void => {
      timer?.cancel()
      if (!closed) timer = clock.after(millis(pause), `dcc/alerts/${organisation}`, () => wake())
      pause = Math.min(2 * pause, retryMillis.most)
    }
    const wake = async (): Promise<void> => {
      if (state !== 'idle') return void (state = 'again')
      do {
        state = 'busy'
        try {
          await bringAll()
        } catch (error) {
          log.error({ error, user: organisation }, 'alerts cannot be brought')
          later()
        }
      } while ((state as string) === 'again' && !closed)
      state = 'idle'
    }
    return {
      wake,
      async enqueue(about: DccAlert['about']): Promise<void> {
        const { count } = await waiting
          .select(({ fn }) => fn.countAll<string>().as('count'))
          .executeTakeFirstOrThrow()
        if (Number(count) >= waitingMax)
          return void audit.critical('AlertDropped', { user: organisation, role, kind: about.kind })
        const at = clock.now()
        const { id } = await nextId(db)
        const xml = buildDccAlert({
          at,
          id: { originator: self, target: organisation, counter: BigInt(id) },
          about,
        })
        await db.insertInto('pushed_alerts').values({ id, organisation, role, at, xml }).execute()
        void wake()
      },
      async close(): Promise<void> {
        timer?.cancel()
        await http.close()
      },
    }
  }

  return {
    async tell(user, about) {
      await lines.get(nameOf(user))?.enqueue(about)
    },
    async tellRoles(roles, about) {
      for (const each of options.subscribers)
        if (roles.includes(each.role)) await lines.get(nameOf(each))?.enqueue(about)
    },
    start() {
      for (const line of lines.values()) void line.wake()
    },
    async close() {
      closed = true
      for (const line of lines.values()) await line.close()
    },
  }
}

const post = (http: HttpClient, url: string, xml: string) =>
  http.request('POST', url, xml, { type: 'application/xml' })

/** Rising over every restart, so that a user knows what it has had. */
async function nextId(db: Kysely<DccTables>): Promise<{ readonly id: string }> {
  const { rows } = await sql<{ id: string }>`select nextval('alert_ids') as id`.execute(db)
  const [row] = rows
  if (row === undefined) throw new Error('a sequence gives a number')
  return row
}
