import type { Decision, Happening } from '@interlock/contract'
import { gateMessage } from '@interlock/gate'
import {
  ensureDir,
  loadIdentity,
  openAudit,
  openJournal,
  readText,
  type ActorDeps,
  type Identity,
  type Running,
} from '@interlock/host'
import { assert, eui64, Fault, millis, stationId, type StationId } from '@interlock/kernel'
import { fromPem, peerOf, toPem } from '@interlock/pki'
import { signReply } from '@interlock/seal'
import { createBackground } from './background.ts'
import { createCertificates, type Certificates } from './certificates.ts'
import { createCharging } from './charging.ts'
import type { StationConfig } from './config.ts'
import { onAnswer } from './core/authorisation.ts'
import type { StoredCell } from './core/memory.ts'
import { hear, isTrusted, noTimeYet } from './core/time-trust.ts'
import { createCsmsLink, type CsmsLink } from './csms-link.ts'
import { createHardware, type Hardware } from './hardware.ts'
import { createJudging, type Gate } from './judging.ts'
import { createKeeper } from './keeper.ts'
import { openLocalLink, type LocalLink } from './local-link.ts'
import { connectorStatus, observe, stateReport, type Observation } from './observe.ts'
import { firstContactHandlers, handlersOf } from './ocpp/handlers.ts'
import type { AcceptCertificate } from './ocpp/certificate-signed.ts'
import { createRecords } from './records.ts'
import { createReports } from './reports.ts'
import type { Moment, Station } from './station.ts'

export type StationDeps = ActorDeps & {
  /** Another gate, for a lab only: refused where the config says `production`. */
  readonly gate?: Gate
  readonly publish?: (happening: Happening) => void
}

export type StationRunning = Running & {
  readonly stationId: StationId
  /** Simulated. */
  readonly hardware: Hardware
  observe(): Observation
  /** The latest decisions, oldest first. */
  decisions(): readonly Decision[]
  onChange(listener: () => void): () => void
  connected(): { readonly csms: boolean; readonly llcs: boolean }
}

/**
 * Starts a charging station. Resolves when the CSMS and the LLCS have each been tried once; without
 * either it charges by what it has stored.
 * @throws Fault `SecretMissing`, `LabOnly`, `IdentityUnreadable`, `JournalDamaged`, `AuditDamaged`.
 */
export async function startStation(
  config: StationConfig,
  deps: StationDeps,
): Promise<StationRunning> {
  if (deps.gate !== undefined && config.production)
    throw new Fault('LabOnly', `${config.actor}: another gate is for a lab only`, {
      remedy: 'set production to false in the config of a lab',
    })
  const identityDir = config.identity ?? `${config.data}/identity`
  let identity = identityIn(identityDir, config)
  ensureDir(config.data)
  const parts = assemble(config, deps, {
    identity: () => identity,
    identityDir,
    onIdentity(next) {
      identity = next
    },
  })
  const { station, csms, link, hardware } = parts

  station.charging.update()
  hardware.resume()
  await Promise.all([link?.tried, csms.start()])

  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    hardware.close()
    station.charging.close()
    await Promise.all([csms.close(), link?.close()])
    station.records.close()
    station.keeper.close()
  }
  return {
    stationId: station.stationId,
    hardware,
    observe: () => observe(station),
    decisions: () => station.records.decisions(),
    onChange: (listener) => station.charging.onChange(listener),
    connected: () => ({ csms: csms.caller.online(), llcs: link?.connected() ?? false }),
    close: () => (closing ??= close()),
  }
}

/** Wall time for the answer to a CertificateSigned to leave before its connection ends. */
const handoverMillis = millis(50)

function identityIn(dir: string, config: StationConfig): Identity | undefined {
  try {
    return loadIdentity(dir)
  } catch (cause) {
    if (config.secret !== undefined) return undefined
    throw new Fault('SecretMissing', `${config.actor} has no certificate in ${dir} and no secret`, {
      cause,
      remedy: "give the maker's one-time secret in the config, or the folder of its identity",
    })
  }
}

/** What the installer pinned. @throws Fault `CellUnreadable` */
const pinnedCells = (config: StationConfig, deps: ActorDeps): readonly StoredCell[] =>
  config.cells.map(({ role, certificate }) => {
    const [der] = fromPem(readText(certificate), 'CERTIFICATE')
    const peer = der === undefined ? undefined : peerOf(der, deps.crypto)
    if (der === undefined || peer?.ok !== true || peer.value.role !== role)
      throw new Fault('CellUnreadable', `${certificate}: not the certificate of a ${role}`, {
        remedy: 'point the cell at the PEM certificate of the organisation bound to this charger',
      })
    const { organisation } = peer.value
    return { role, organisation, certificatePem: toPem(der, 'CERTIFICATE') }
  })

type Parts = {
  readonly station: Station
  readonly csms: CsmsLink
  readonly link: LocalLink | undefined
  readonly hardware: ReturnType<typeof createHardware>
}

/** Wires the parts to each other; nothing runs yet but the link to the LLCS. */
function assemble(
  config: StationConfig,
  deps: StationDeps,
  own: {
    readonly identity: () => Identity | undefined
    readonly identityDir: string
    readonly onIdentity: (identity: Identity) => void
  },
): Parts {
  const { clock, crypto } = deps
  const [row] = config.evses
  assert(row !== undefined, 'the config has one EVSE')
  const id = stationId(config.stationId)
  const eui = eui64(config.eui)
  const llcs = config.llcs === undefined ? undefined : eui64(config.llcs.eui)
  const ratings = {
    ratingWatts: row.ratingWatts,
    fuseWatts: config.fuseWatts,
    siteWatts: config.siteWatts,
  }
  const moment: Moment = {
    trust: noTimeYet(llcs !== undefined),
    reading: undefined,
    pairing: undefined,
  }
  const roots = {
    charging: config.trust.charging === undefined ? [] : [readText(config.trust.charging)],
    smartMeter: config.trust.smartMeter === undefined ? [] : [readText(config.trust.smartMeter)],
  }
  const keeper = createKeeper(openJournal(`${config.data}/journal.jsonl`), clock.now())
  if (keeper.memory.cells.length === 0) keeper.commit({ set: { cells: pinnedCells(config, deps) } })
  const identity = own.identity()
  const records = createRecords({
    audit: openAudit({
      path: `${config.data}/audit.jsonl`,
      actor: config.actor,
      clock,
      ...(identity === undefined ? {} : { identity }),
    }),
    clock,
    actor: config.actor,
    stationId: id,
    publish: deps.publish,
  })
  const background = createBackground(config.actor, deps.activity, (label, error) =>
    deps.log.warn({ label, detail: String(error) }, 'a report did not get through'),
  )

  const csms = createCsmsLink({
    station: () => station,
    trust: { roots: roots.charging },
    handlers: () =>
      own.identity() === undefined
        ? firstContactHandlers(station, accept)
        : handlersOf(station, accept),
    request: () => certificates.request(),
    onOnline: () => reports.online(),
  })
  const standing = () => ({
    eui,
    ...(llcs === undefined ? {} : { llcs }),
    evse: row.id,
    ratings,
    delaySecondsMax: config.delaySecondsMax,
    timeTrusted: isTrusted(moment.trust),
    crypto,
  })
  const charging = createCharging({
    keeper,
    records,
    clock,
    entropy: deps.entropy,
    evse: row.id,
    ratings,
    delaySecondsMax: config.delaySecondsMax,
    frequencyHertz: () => moment.reading?.hertz,
    online: () => csms.caller.online(),
  })
  const reports = createReports({
    caller: csms.caller,
    keeper,
    records,
    clock,
    evse: row.id,
    background,
    stateOf: () => stateReport(station),
    statusOf: () => connectorStatus(station),
    onAnswer(answer) {
      const { charger } = keeper.memory
      const status = answer.idTokenInfo?.status
      // An answer to an event judges a running charge; it does not authorise one.
      if (status === undefined || status === 'Accepted') return
      if (charger.authorisation.state !== 'allowed') return
      const { note } = onAnswer(charger.authorisation, false, clock.now())
      if (note === undefined) return
      records.decide({ action: 'TransactionEventResponse', decision: 'ignored', reason: note })
      reports.security('InvalidMessages', `${status} for a running charge`)
    },
  })
  const judging = createJudging({
    keeper,
    records,
    clock,
    activity: deps.activity,
    crypto,
    standing,
    gate: deps.gate ?? gateMessage,
    onRefusal: (action, refused) => reports.refusal(refused.reason, action),
  })
  const station: Station = {
    config,
    deps,
    stationId: id,
    eui,
    llcs,
    evse: row.id,
    ratings,
    keeper,
    records,
    charging,
    judging,
    reports,
    background,
    moment,
    standing,
    identity: own.identity,
    signReply(action, response, request) {
      const signer = own.identity()
      assert(signer !== undefined, 'commands come only after first contact')
      const { organisation: org, thumbprint } = signer.peer
      const replier = { action, org, thumbprint, at: clock.now() }
      return signReply(response, request, replier, signer.key, crypto)
    },
    tellLlcs: (message) => link?.send(message),
    hearTime(source, at) {
      const heard = hear(moment.trust, source, at, clock.now())
      moment.trust = heard.trust
      if (!heard.disagrees) return
      records.decide({ action: 'CurrentTime', decision: 'ignored', reason: 'TimeUntrusted' })
      reports.security('TimeDisagreement', `${source} differs by ${at - clock.now()} ms`)
    },
    reconnect: () => csms.reconnect(),
  }
  const certificates: Certificates = createCertificates(station, {
    dir: own.identityDir,
    roots,
    onIdentity(next) {
      own.onIdentity(next)
      // After the answer has left: the next connection proves the new identity.
      deps.wall.after(handoverMillis, `${config.actor}/identity`, () => csms.reconnect())
    },
  })
  const accept: AcceptCertificate = (chainPem, customData) =>
    certificates.accept(chainPem, customData)
  charging.onChange(() => {
    void reports.flush()
    reports.status()
    reports.state()
  })
  const hardware = createHardware(station, csms.caller)
  const link = config.llcs === undefined ? undefined : openLocalLink(station, config.llcs)
  return { station, csms, link, hardware }
}
