import type { Happening } from '@interlock/contract'
import { gateMessage } from '@interlock/gate'
import { ownKey, portsOf, type ActorDeps, type Running } from '@interlock/host'
import { assert, type Millis, type PrivateKey } from '@interlock/kernel'
import type { Handlers, Response } from '@interlock/ocpp'
import type { GroupRules } from '@interlock/privacy'
import { signReply } from '@interlock/seal'
import { createBackground } from './background.ts'
import { pinnedCells, type Bearings } from './bearings.ts'
import { createCardReader } from './card-reader.ts'
import { createCertificateRequests } from './certificate-requests.ts'
import { createCertificates } from './certificates.ts'
import { createChargingHours } from './charging-hours.ts'
import { createCharging } from './charging.ts'
import type { StationConfig } from './config.ts'
import { keepOwnersCharge, type AnswerRule } from './core/answers.ts'
import { createModel } from './create-model.ts'
import { hear, isTrusted, noTimeYet } from './core/time-trust.ts'
import { createCsmsLink, type CsmsLink } from './csms-link.ts'
import { followSettings } from './follow-settings.ts'
import { createFirmware } from './firmware/firmware.ts'
import { createHardware } from './hardware.ts'
import { openUsageLog } from './home/usage-log.ts'
import { createHomeAuthorisation } from './home-authorisation.ts'
import { createJudging, type Gate } from './judging.ts'
import { createKeeper, type Keeper } from './keeper.ts'
import { openLocalLink, type LocalLink } from './local-link.ts'
import { connectorStatus, stateReport } from './observe.ts'
import { measure } from './measuring.ts'
import { openMiddleware, tellReadings } from './middleware.ts'
import { createMetering, valuesOf } from './metering.ts'
import type { AcceptCertificate } from './ocpp/certificate-signed.ts'
import { firstContactHandlers, handlersOf } from './ocpp/handlers.ts'
import { registered } from './ocpp/registered.ts'
import { createBoot } from './network/boot.ts'
import { createNetwork, isFirstContact } from './network/network.ts'
import { createPassword } from './network/password.ts'
import { createLogUpload } from './log-upload.ts'
import { createRecords, type Records } from './records.ts'
import { createReports } from './reports.ts'
import { freshness } from './revocation.ts'
import { createRestarts, handoverMillis } from './restarts.ts'
import { tellSuppliedArms } from './supplied-arms.ts'
import { payerNow } from './supplier-word.ts'
import { createTrustStore } from './trust-store.ts'
import { createReader } from './reader.ts'
import type { OwnIdentity } from './own-identity.ts'
import { onBegun, onEnded, planOf } from './session.ts'
import { txRules } from './settings.ts'
import type { Moment, Station } from './station.ts'
import { keepStationWitnessed } from './witness.ts'

export type StationDeps = ActorDeps & {
  /** Another gate, for a lab only: refused where the config says `production`. */
  readonly gate?: Gate
  /** Another obedience to answers; likewise. */
  readonly answers?: AnswerRule
  /** Other rules of what its feeder's sums may tell; likewise. */
  readonly sumRules?: GroupRules
  readonly publish?: (happening: Happening) => void
}

export type Parts = {
  readonly station: Station
  /** What it answers a CSMS, as it stands now. */
  readonly handlers: () => Handlers
  readonly csms: CsmsLink
  readonly link: LocalLink | undefined
  readonly hardware: ReturnType<typeof createHardware>
  readonly witness: Running
}

/** Wires the parts to each other; nothing runs yet but the link to the LLCS. */
export function assemble(
  config: StationConfig,
  bearings: Bearings,
  deps: StationDeps,
  own: OwnIdentity,
): Parts {
  const { clock, crypto } = deps
  const { delaySecondsMax } = config
  const { eui, llcs, evse, ratings, roots } = bearings
  const moment: Moment = {
    trust: noTimeYet(llcs !== undefined),
    reading: undefined,
    pairing: undefined,
    refused: undefined,
    cost: undefined,
    vehicle: undefined,
    tariff: undefined,
  }
  const keeper = openKeeper(config, deps)
  const records = openRecords(config, bearings, deps, own)
  const background = createBackground(config.actor, deps.activity, (label, error) =>
    deps.log.warn({ label, detail: String(error) }, 'a report did not get through'),
  )
  const network = createNetwork(() => station)
  const boot = createBoot({
    station: () => station,
    async onAccepted(booted) {
      network.accepted()
      const { identity, basic } = csms.shown()
      certificates.accepted(identity)
      station.password.accepted(basic?.password)
      if (!isFirstContact(station)) {
        reports.online(booted)
        station.chargingHours.look()
        tellSuppliedArms(station)
        if (booted) station.firmware.resume()
        return
      }
      await requests.ask()
    },
  })
  const csms = createCsmsLink({
    station: () => station,
    network,
    boot: () => boot,
    handlers: () => handlers(),
  })
  const handlers = (): Handlers => {
    const all = isFirstContact(station) ? firstContactHandlers : handlersOf
    return registered(station, all(station, accept))
  }
  const { caller } = csms
  const model = createModel({ config, keeper, evse, station: () => station })
  const common = { keeper, records, clock, evse }
  const standing: Station['standing'] = () => ({
    eui,
    ...(llcs === undefined ? {} : { llcs }),
    evse,
    ratings,
    delaySecondsMax,
    timeTrusted: isTrusted(moment.trust),
    revocationsFresh: freshness(keeper.memory.revocationLists, deps.wall.now()),
    crypto,
  })
  const charging = createCharging({
    ...common,
    ratings,
    delaySecondsMax,
    entropy: deps.entropy,
    rules: () => txRules(model),
    plan: (memory, now) => planOf(station, memory, now),
    measure: () => measure(station),
    valuesOf: (...of) => valuesOf(station, ...of),
    onBegun: (...of) => onBegun(station, ...of),
    onEnded: (...of) => onEnded(station, ...of),
    online: () => caller.online(),
    onQueued: (events) => tellReadings(station, events),
    onReturn: (digest) => station.tellLlcs({ kind: 'used', digest, change: 'return' }),
  })
  const reports = createReports({
    ...common,
    caller,
    background,
    offlineThresholdMillis: () => model.setting('OCPPCommCtrlr', 'OfflineThreshold') * 1000,
    stateOf: () => stateReport(station),
    statusOf: () => connectorStatus(station),
    attempts: () => ({
      most: model.setting('OCPPCommCtrlr', 'MessageAttempts', 'TransactionEvent'),
      intervalSeconds: model.setting('OCPPCommCtrlr', 'MessageAttemptInterval', 'TransactionEvent'),
    }),
    pause: (label, wait) => pause(deps, label, wait),
    onAnswer(event, answer) {
      const { transactionId } = event.transactionInfo
      const { totalCost } = answer
      if (totalCost !== undefined) moment.cost = { transactionId, totalCost }
      if (station.mode === 'standard') reader.answered(event, answer)
      else onEventAnswer(station, answer)
    },
  })
  const judging = createJudging({
    ...common,
    crypto,
    standing,
    activity: deps.activity,
    gate: deps.gate ?? gateMessage,
    onVerdict: (...verdict) => onVerdict(station, ...verdict),
    onWaiting: () => reports.state(),
  })
  let meterKey: PrivateKey | undefined
  const payer = payerNow(bearings.pinnedPayer, () => keeper.memory, crypto)
  const station: Station = {
    ...bearings,
    get payer() {
      return payer()
    },
    config,
    mode: config.trustMode,
    model,
    deps,
    keeper,
    records,
    charging,
    chargingHours: createChargingHours(() => station),
    judging,
    reports,
    background,
    network,
    boot,
    restarts: createRestarts(() => station),
    topics: openMiddleware(config, () => own.identity(), { ...bearings, deps, records }),
    logUpload: createLogUpload(() => station),
    firmware: createFirmware(() => station),
    askForCertificate: () => requests.ask(),
    caller,
    trustStore: createTrustStore(() => station),
    password: createPassword(() => station),
    proofRefused: (shown) => own.refused(shown),
    otherProof() {
      own.alternate()
      station.password.alternate()
    },
    csmsRoots: () => station.trustStore.of('CSMSRootCertificate'),
    moment,
    answers: deps.answers ?? keepOwnersCharge,
    standing,
    reader: () => reader,
    metering: () => metering,
    usage: config.home && openUsageLog(config, deps),
    meterKey: () => (meterKey ??= ownKey(`${config.data}/meter/key.pem`)),
    identity: () => own.identity(),
    signReply: (...reply) => signedReply(station, ...reply),
    tellLlcs: (message) => link?.send(message),
    hearTime: (...heard) => hearTime(station, ...heard),
    plugNetwork: (isConnected) => csms.plugged(isConnected),
    reconnect: () => csms.reconnect(),
  }
  const reader = createReader(station)
  const certificates = createCertificates(station, {
    own,
    roots,
    onNext(first) {
      // The CSMS of first contact registered a stranger.
      if (first) boot.restarted()
      if (network.securityProfile() < 3) return
      // After the answer has left: the next connection proves the new identity.
      deps.wall.after(handoverMillis, `${config.actor}/identity`, () => csms.reconnect())
    },
  })
  followSettings(station)
  const requests = createCertificateRequests(station, () => certificates.request())
  const accept: AcceptCertificate = (...certificate) => {
    requests.answered()
    return certificates.accept(...certificate)
  }
  charging.onChange(() => {
    void reports.flush()
    reports.status()
    reports.state()
    station.restarts.look()
    station.firmware.look()
  })
  const metering = createMetering(station)
  const hardware = createHardware(station, {
    reader,
    home: createHomeAuthorisation(station),
    cards: createCardReader(station),
    metering,
  })
  const link = config.llcs === undefined ? undefined : openLocalLink(station, config.llcs)
  const witness = keepStationWitnessed(station, caller, roots.charging)
  return { station, handlers, csms, link, hardware, witness }
}

/** Until then, in the world's time, which may pass meanwhile. */
const pause = ({ clock, activity }: StationDeps, label: string, wait: Millis): Promise<void> =>
  activity.parked(() => new Promise<void>((resolve) => clock.after(wait, label, resolve)))

function openKeeper(config: StationConfig, deps: StationDeps): Keeper {
  const pinned = pinnedCells(config, deps)
  const keeper = createKeeper(
    portsOf(deps).openJournal(`${config.data}/journal.jsonl`),
    deps.clock.now(),
  )
  if (keeper.memory.cells.length === 0) keeper.commit({ set: { cells: pinned } })
  return keeper
}

function openRecords(
  config: StationConfig,
  { stationId }: Bearings,
  deps: StationDeps,
  own: OwnIdentity,
): Records {
  const { actor, data } = config
  const { clock, publish } = deps
  const audit = portsOf(deps).openAudit({
    path: `${data}/audit.jsonl`,
    actor,
    clock,
    identity: () => own.identity(),
    checkpointEvery: 1_000,
  })
  return createRecords({ audit, clock, actor, stationId, publish })
}

function onEventAnswer(station: Station, answer: Response<'TransactionEvent'>): void {
  const { keeper, charging, records, reports, deps } = station
  const status = answer.idTokenInfo?.status
  if (status === undefined) return
  const before = keeper.memory.charger
  const heard = { to: 'TransactionEvent', accepted: status === 'Accepted' } as const
  const { charger, note } = station.answers(before, heard, deps.clock.now())
  if (charger !== before) charging.update({ charger })
  if (note === undefined) return
  records.decide({ action: 'TransactionEventResponse', decision: 'ignored', reason: note })
  reports.security('InvalidMessages', `${status} for a running charge`)
}

/**
 * What waited for its arm in vain is reported as well as answered: the answer is lost with the connection
 * that asked, and a report is made again on the next.
 */
function onVerdict(
  station: Station,
  ...[action, verdict, waited]: Parameters<Parameters<typeof createJudging>[0]['onVerdict']>
): void {
  const { moment, reports, deps } = station
  if (!verdict.ok) reports.refusal(verdict.reason, action)
  if (!verdict.ok && verdict.reason === 'HoursDiffer') station.chargingHours.sayAgain()
  if (verdict.ok && moment.refused?.action === action) moment.refused = undefined
  if (!waited) return
  if (!verdict.ok) moment.refused = { at: deps.clock.now(), action, reason: verdict.reason }
  reports.state()
}

function signedReply(
  station: Station,
  ...[action, response, request]: Parameters<Station['signReply']>
): ReturnType<Station['signReply']> {
  const { deps } = station
  const signer = station.identity()
  assert(signer !== undefined, 'commands come only after first contact')
  const { organisation: org, thumbprint } = signer.peer
  const replier = { action, org, thumbprint, at: deps.clock.now() }
  return signReply(response, request, replier, signer.key, deps.crypto)
}

function hearTime(station: Station, ...[source, at]: Parameters<Station['hearTime']>): void {
  const { moment, deps, records, reports } = station
  const now = deps.clock.now()
  const heard = hear(moment.trust, source, at, now)
  moment.trust = heard.trust
  if (!heard.disagrees) return
  records.decide({ action: 'CurrentTime', decision: 'ignored', reason: 'TimeUntrusted' })
  reports.security('TimeDisagreement', `${source} differs by ${at - now} ms`)
}
