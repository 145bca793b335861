import { feederSumRules } from '@interlock/contract'
import {
  ensureDir,
  httpClient,
  loadIdentity,
  openAudit,
  openHttpServer,
  openJournal,
  readText,
  type ActorDeps,
  type Running,
} from '@interlock/host'
import { createOutbox, oscpEndpoints } from '@interlock/host/oscp'
import { Fault, type Eui64 } from '@interlock/kernel'
import type { GroupRules } from '@interlock/privacy'
import {
  deadLettersDoor,
  demandTopic,
  keepProofs,
  proofFiles,
  openTopics,
  type DeadLetter,
} from '@interlock/topics'
import { sayAllotments, type Allotments } from './capacity/say-allotments.ts'
import { createToldDays } from './capacity/told-days.ts'
import { demandWhole, type DsoConfig } from './config.ts'
import { feederDoors } from './feeder-doors.ts'
import { readHistory, readTemperatures } from './forecast/read-history.ts'
import { openBlocks } from './metering/blocks.ts'
import { createFeederMeters } from './metering/feeder-meters.ts'
import { openFeederSayings } from './metering/feeder-sayings.ts'
import { forgetReadings } from './metering/forget-readings.ts'
import { contractTopics, followings, halfHourTopics } from './middleware.ts'
import { openAssociations } from './oscp/associations.ts'
import { openHeardLog } from './oscp/heard-log.ts'
import { openProviderDesk, type ProviderDesk } from './oscp/provider-desk.ts'
import { demandDistinct, termsOf } from './oscp/terms.ts'
import { summedFeeders } from './sums/run-sums.ts'
import { sumDoor } from './sums/sum-door.ts'
import { everyBlock, tellFeeder, type FeederBooks } from './tell-feeder.ts'

export type DsoDeps = ActorDeps & {
  /** Other rules of what sums may tell, for a lab only: refused where the config says `production`. */
  readonly sumRules?: GroupRules
}

export type DsoRunning = Running & {
  readonly port: number
  /** Where feeders' meters call, if the config has any. */
  readonly meterPort: number | undefined
  /** Every method and path that it answers. */
  readonly doors: readonly string[]
}

/** As long as homes' half-hours are kept: a proof has what it proves in it. */
const provedDays = 10

/** Providers are of other organisations. Every other door is for the operator's own people. */
const openToOthers: readonly string[] = [
  'GET /healthz',
  ...['GET', 'POST', 'PUT', 'DELETE'].map((method) => `${method} /oscp/cp/:version/:message`),
]

/**
 * A distribution operator: tells those who have a contract for a feeder what they may use of it, each
 * quarter of an hour for a day ahead, by OSCP 2.0, and hears what they cannot keep and what they used.
 * @throws Fault when identity, certificates, histories or journal cannot be read, or the port is taken.
 */
export async function startDso(config: DsoConfig, deps: DsoDeps): Promise<DsoRunning> {
  demandWhole(config)
  if (deps.sumRules !== undefined && config.production)
    throw new Fault('LabOnly', `${config.actor}: other rules of its sums are for a lab only`, {
      remedy: 'set production to false in the config of a lab',
    })
  const identity = loadIdentity(config.identity)
  const us = identity.peer.organisation
  if (identity.peer.role !== 'dso')
    throw new Fault('IdentityUnreadable', `${config.identity}: not the identity of a DSO`)
  const rootPem = readText(config.trust.charging)
  const trust = { roots: [rootPem] }
  const { actor, data, listen, feeders } = config
  const { activity, clock, log } = deps
  // Told at the start, and not at the first forecast, when one cannot be read.
  for (const { history, temperatures } of feeders) {
    readHistory(history)
    if (temperatures !== undefined) readTemperatures(temperatures)
  }
  const providers = config.providers.map((each) => termsOf(each, config, deps.crypto))
  demandDistinct(providers)
  const heard = [...contractTopics('load', config, providers), ...halfHourTopics(config)]
  const allotted = contractTopics('capacity', config, providers)
  const joined = [...heard, ...allotted]
  if (config.middleware !== undefined) joined.forEach(demandTopic)
  ensureDir(data)
  const audit = openAudit({ path: `${data}/audit.jsonl`, actor, clock, identity })
  forgetReadings(data, audit)
  const associations = openAssociations(openJournal(`${data}/associations.journal`))
  const signer = { org: us, thumbprint: identity.peer.thumbprint, key: identity.key }

  const blocks = openBlocks(openJournal(`${data}/blocks.journal`))
  const heardLog = openHeardLog(openJournal(`${data}/heard.journal`))
  const days = createToldDays()
  const sayings = openFeederSayings({
    openJournal: (of) => openJournal(`${data}/${of}.journal`),
    topics: heard,
    providerOf: (organisation) => providers.find(({ pinned }) => pinned.org === organisation)?.name,
  })
  const proofs = keepProofs(proofFiles(data, openJournal), {
    days: provedDays,
    clock,
    label: `${actor}/proofs`,
  })
  const meters = createFeederMeters({ feeders, blocks, sayings, audit, deps })
  let allotments: Allotments | undefined

  const tell = (some: readonly ProviderDesk[]): void => {
    const allot: FeederBooks['allot'] = (group, provider, forecasts) => {
      const organisation = providers.find(({ name }) => name === provider)?.pinned.org
      const topic = allotted.find(({ feeder, id }) => feeder === group && id === organisation)
      if (topic !== undefined) allotments?.offer(topic, forecasts)
    }
    for (const feeder of feeders) tellFeeder(feeder, some, { audit, blocks, days, allot }, deps)
  }
  const desks = new Map<Eui64, ProviderDesk>()
  for (const provider of providers) {
    const { name, pinned } = provider
    const peer = () => associations.of(name).peer
    // Nobody else is shown the token, wherever the provider's address leads.
    const whom = { expectRole: 'csms', expectOrganisation: pinned.org } as const
    const http = httpClient({ identity, trust, activity, ...whom })
    const desk = openProviderDesk({
      peer: provider,
      us,
      associations,
      outbox: createOutbox({ name, pinned, peer, signer, http, deps }),
      audit,
      demur: (request) => meters.demur(request),
      onHeard: (heard) => tell([heard]),
      onHeartbeat: () => heardLog.heartbeat(name, clock.now()),
      onMessage(request) {
        meters.heard(name, request)
        if (request.message === 'group_capacity_compliance_error')
          heardLog.complain(name, request.body, clock.now())
      },
      deps,
      label: `${actor}/oscp/${name}`,
    })
    desks.set(pinned.org, desk)
  }
  const openMeterServer = (of: NonNullable<DsoConfig['meters']>) =>
    openHttpServer({
      name: `${actor}/meters`,
      listen: of.listen,
      identity,
      trust: { roots: [readText(of.trust)] },
      activity,
      log,
    })
  const ownedBy = { organisation: us, openDoors: openToOthers }
  const serverOptions = { name: actor, listen, identity, trust, activity, log, ownedBy }
  const server = await openHttpServer(serverOptions)
  server.route({
    method: 'GET',
    url: '/healthz',
    roles: ['csms', 'dso', 'supervisor', 'web'],
    handle: () => ({ status: 200, body: { status: 'ok', actor } }),
  })
  for (const each of oscpEndpoints({ us: 'cp', peerRole: 'csms', desks, audit })) server.route(each)
  server.route(meters.feeder)
  for (const each of feederDoors({
    feeders,
    providers,
    days,
    blocks,
    heard: heardLog,
    associations,
  }))
    server.route(each)
  const meterServer = config.meters && (await openMeterServer(config.meters))
  meterServer?.route(meters.door)
  const topics =
    config.middleware &&
    openTopics({
      config: config.middleware,
      identity: () => identity,
      rootPem,
      data,
      note: (kind, found) => void audit.record(kind, found),
      onGroundless(topic) {
        if (sayings.halfHours.of(topic).length === 0) return
        proofs.drop(topic)
        sayings.halfHours.drop(topic)
      },
      deps,
    })
  allotments = topics && sayAllotments(topics, deps, `${actor}/allotments`)
  for (const each of followings(sayings, proofs)) topics?.follow(each)
  const sumOptions = { rules: deps.sumRules ?? feederSumRules, us, audit, deps }
  const summed = topics === undefined ? [] : summedFeeders(config, { topics, ...sumOptions })
  server.route(sumDoor(summed))
  const letters = (): readonly DeadLetter[] => topics?.deadLetters ?? []
  server.route(deadLettersDoor({ letters, own: () => us, roles: ['dso', 'web'] }))
  for (const topic of joined) topics?.join(topic)
  const close = async (): Promise<void> => {
    allotments?.close()
    await topics?.close()
    for (const each of summed) each.close()
    await server.close()
    await meterServer?.close()
    await Promise.all([...desks.values()].map((desk) => desk.close()))
    associations.close()
    blocks.close()
    heardLog.close()
    sayings.close()
    proofs.close()
    audit.close()
  }
  const listenAll = async () => [await server.listen(), await meterServer?.listen()] as const
  const [port, meterPort] = await listenAll().catch(async (error: unknown) => {
    await close()
    throw error
  })
  const tellAll = (): void => {
    tell([...desks.values()])
    meters.look()
  }
  tellAll()
  const rounds = everyBlock(tellAll, `${actor}/forecast`, deps)

  return {
    port,
    meterPort,
    doors: [...server.doors, ...(meterServer?.doors ?? [])],
    async close() {
      await rounds.close()
      await close()
    },
  }
}
