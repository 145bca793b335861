import { blockBy, findingPagesMax, Findings, type Block } from '@interlock/driver'
import type { ActorDeps, HttpClient, Running } from '@interlock/host'
import { Fault, inMinutes, type Instant, type Timer } from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import { ownerName, type OcpiOwner, type Token } from '@interlock/ocpi'
import type { OcpiObjects } from '@interlock/store'
import type { ContractConfig } from './config.ts'
import { tokenOf } from './core/authorise.ts'
import { sentenceOn, underBlock } from './core/card-findings.ts'

/** Of real time: it is asked over a network. */
const pollMillis = inMinutes(1)
const cardPattern = /^([0-9A-F]{8}|[0-9A-F]{14}|[0-9A-F]{20})$/i
const module = 'card-blocks'

export type CardRegister = Running & {
  /** One round: what is not there yet is written, and what was found is acted on. */
  round(): Promise<void>
}

/**
 * Keeps the central register of driver tokens: writes our cards with their public keys, and acts on what it finds of
 * them. `contracts` is changed in place, so that all who read it see a block at once.
 */
export async function keepCardRegister(options: {
  readonly http: HttpClient
  readonly url: string
  readonly us: OcpiOwner
  readonly issuer: string
  readonly contracts: ContractConfig[]
  readonly objects: OcpiObjects
  readonly audit: Audit
  /** Tells operators of tokens that have changed; false: some have not heard. */
  readonly tell: (tokens: readonly Token[]) => Promise<boolean>
  readonly label: string
  readonly deps: Pick<ActorDeps, 'clock' | 'wall' | 'log'>
}): Promise<CardRegister> {
  const { http, url, us, issuer, contracts, objects, audit, tell, label, deps } = options
  const { clock, wall, log } = deps
  const owner = ownerName(us)
  const agreed = [...contracts]
  const written = new Map<string, string>()
  const untold = new Set<string>()
  let timer: Timer | undefined
  let closed = false
  let working: Promise<void> | undefined

  const blockOf = async (uid: string) =>
    (await objects.find({ module, owner, id: uid })) as Block | undefined
  const refresh = async (at: number): Promise<void> => {
    const contract = agreed[at]
    if (contract === undefined) return
    const next = underBlock(contract, await blockOf(contract.uid))
    if (contracts[at]?.lastUpdated !== next.lastUpdated) untold.add(next.uid)
    contracts[at] = next
  }
  const refreshAll = async (): Promise<void> => {
    for (const at of agreed.keys()) await refresh(at)
  }
  const write = async (contract: ContractConfig): Promise<void> => {
    const { uid, key = null, status, expiresAt } = contract
    const body = {
      token: tokenOf(us, issuer, contract),
      key,
      status: status === 'valid' ? 'active' : 'suspended',
      ...(expiresAt === undefined ? {} : { expiresAt: expiresAt.replace(/Z?$/, 'Z') }),
    }
    const text = JSON.stringify(body)
    if (written.get(uid) === text) return
    const answer = await http.request('PUT', `${url}/cir/1.0/tokens`, body)
    if (answer.status >= 500) throw new Fault('PeerUnavailable', `status ${answer.status}`)
    written.set(uid, text)
    if (answer.status === 200) return
    const { detail = null } = answer.body as { detail?: string }
    audit.record('CardNotRegistered', { uid, status: answer.status, detail })
  }
  const position = { module, owner, id: 'position' }
  const read = async (now: Instant): Promise<boolean> => {
    const { after } = ((await objects.find(position)) ?? { after: 0 }) as { after: number }
    const answer = await http.request('GET', `${url}/cir/1.0/findings?after=${after}`)
    if (answer.status !== 200 || !Findings.Check(answer.body))
      throw new Fault('PeerUnavailable', `findings: status ${answer.status}`)
    const { findings } = answer.body
    for (const finding of findings) {
      const block = blockBy(finding, now)
      const { uid, kind, station, operator } = finding
      const sentence = sentenceOn(finding, block)
      audit.critical('CardFinding', { uid, kind, station, operator, sentence })
      if (block !== undefined)
        await objects.put({ module, owner, id: block.uid, lastUpdated: now, object: block })
    }
    const last = findings.at(-1)
    if (last === undefined) return false
    await objects.put({ ...position, lastUpdated: now, object: { after: last.number } })
    return true
  }
  const round = async (): Promise<void> => {
    const now = clock.now()
    try {
      let pages = 0
      while (pages < findingPagesMax && (await read(now))) pages += 1
      await refreshAll()
      for (const each of contracts)
        if (each.type === 'RFID' && cardPattern.test(each.uid)) await write(each)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      log.warn({ code: error.code, detail: error.message }, 'the register of tokens is not kept')
    }
    const changed = contracts.filter(({ uid }) => untold.has(uid))
    if (changed.length > 0 && (await tell(changed.map((each) => tokenOf(us, issuer, each)))))
      untold.clear()
  }
  const run = (): void => {
    if (closed) return
    working = round()
      .catch((error: unknown) => log.error({ error }, 'keeping the register of tokens broke'))
      .finally(() => {
        if (!closed) timer = wall.after(pollMillis, label, run)
      })
  }
  // Whom a card was blocked for before is kept out from the first request on; nobody knows any more which operators
  // have heard of it.
  await refreshAll()
  run()
  return {
    round,
    async close() {
      closed = true
      timer?.cancel()
      await working
    },
  }
}
