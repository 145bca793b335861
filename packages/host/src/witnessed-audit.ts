import { join } from 'node:path'
import { inHours, inMinutes, utf8, type Outcome, type Timer } from '@interlock/kernel'
import type { Audit, AuditCheckpoint, WitnessStatement } from '@interlock/ledger'
import type { ActorDeps, Running } from './deps.ts'
import type { HttpClient } from './http-client.ts'
import { portsOf } from './ports.ts'
import { readStatement } from './witness.ts'

/** A witness's answer to a checkpoint. Throws a Fault when there is no answer. */
export type AskWitness = (checkpoint: AuditCheckpoint) => Promise<Outcome<unknown, string>>

export type WitnessedAuditOptions = {
  readonly audit: Audit
  /** The actor's data folder: statements are kept there, beside the trail. */
  readonly data: string
  /** Timer label, stable per actor. */
  readonly actor: string
  readonly ask: AskWitness
  readonly deps: Pick<ActorDeps, 'clock' | 'log' | 'ports'>
  /** Whether there is a key to sign checkpoints with yet; without this there is. */
  readonly ready?: () => boolean
  /** Trust anchors, DER, of the witness and of the actor. */
  readonly roots: readonly Uint8Array[]
}

export const witnessFile = 'witness.jsonl'
const everyMillis = inHours(1)
const retryMillis = inMinutes(5)

/**
 * Has an audit trail witnessed: signs a checkpoint every hour in which something happened, and takes those
 * signed by count as they come. Only the newest waits (it covers those before it). Without a witness nothing is held
 * up and nothing is lost: it is asked again until it answers.
 */
export function keepWitnessed(options: WitnessedAuditOptions): Running {
  const { audit, actor, deps, roots } = options
  const { clock, log } = deps
  const file = portsOf(deps).openAppendFile(join(options.data, witnessFile))
  let pending: AuditCheckpoint | undefined
  let offered = 0
  let asking = false
  let retry: Timer | undefined
  let closed = false

  audit.onCheckpoint((checkpoint) => {
    // The record that carries it is the next one.
    offered = checkpoint.seq + 1
    pending = checkpoint
    offer()
  })

  const offer = (): void => {
    if (closed || pending === undefined || asking) return
    retry?.cancel()
    retry = undefined
    asking = true
    void settle(pending)
  }
  const settle = async (checkpoint: AuditCheckpoint): Promise<void> => {
    const answered = await askOnce(checkpoint)
    asking = false
    // A newer one may have come in the meantime.
    if (answered) offer()
    else if (!closed) retry = clock.after(retryMillis, `${actor}/witness-again`, offer)
  }
  const askOnce = async (checkpoint: AuditCheckpoint): Promise<boolean> => {
    try {
      const answer = await options.ask(checkpoint)
      if (closed) return false
      if (answer.ok) keep(checkpoint, answer.value)
      else refused(checkpoint, answer.reason)
      if (pending === checkpoint) pending = undefined
      return true
    } catch (error) {
      log.warn({ detail: String(error) }, 'the audit trail is not witnessed; asking again')
      return false
    }
  }
  const keep = (checkpoint: AuditCheckpoint, answer: unknown): void => {
    const statement = readStatement(answer, roots)
    if (!statement.ok || !covers(statement.value, checkpoint))
      return refused(checkpoint, statement.ok ? 'StatementForAnother' : statement.reason)
    file.append(utf8(`${JSON.stringify(statement.value)}\n`))
  }
  const refused = ({ seq }: AuditCheckpoint, reason: string): void => {
    audit.record('WitnessRefused', { seq, reason })
    log.error({ seq, reason }, 'the witness does not accept the audit trail')
  }

  const tick = (): void => {
    if (closed) return
    try {
      if (audit.head().seq > offered && options.ready?.() !== false) audit.checkpoint()
      else offer()
    } catch (error) {
      // A full disk is met, and told of, wherever something must be recorded.
      log.error({ detail: String(error) }, 'no checkpoint could be written')
    }
    every = clock.after(everyMillis, `${actor}/witness`, tick)
  }
  let every = clock.after(everyMillis, `${actor}/witness`, tick)

  return {
    // An answer that is still under way is not waited for: the next start asks anew.
    async close() {
      if (closed) return
      closed = true
      every.cancel()
      retry?.cancel()
      audit.onCheckpoint(() => {})
      file.close()
    },
  }
}

const covers = ({ checkpoint }: WitnessStatement, asked: AuditCheckpoint): boolean =>
  checkpoint.actor === asked.actor &&
  checkpoint.seq === asked.seq &&
  checkpoint.hash === asked.hash &&
  checkpoint.signature === asked.signature

/** A witness that is asked over HTTPS. */
export const httpWitness =
  (http: HttpClient, url: string): AskWitness =>
  async (checkpoint) => {
    const { status, body } = await http.request('POST', `${url}/api/v1/checkpoints`, checkpoint)
    if (status === 201) return { ok: true, value: body }
    const { reason } = (typeof body === 'object' && body !== null ? body : {}) as {
      reason?: unknown
    }
    return { ok: false, reason: typeof reason === 'string' ? reason : `Status${status}` }
  }
