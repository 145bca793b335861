import { hanMessages, type Arm, type Happening } from '@interlock/contract'
import {
  alertFacts,
  alertSender,
  ensureDir,
  keepConnected,
  loadIdentity,
  portsOf,
  readText,
  systemEntropy,
  type ActorDeps,
  type HanConnection,
  type Running,
} from '@interlock/host'
import { eui64, Fault, fromBase64, fromHex, type Crypto, type Eui64 } from '@interlock/kernel'
import type { ControllerCalendar } from '@interlock/gbcs'
import { fromPem } from '@interlock/pki'
import { heldFirmware, signingCells, trustAnchorCells } from '@interlock/seal'
import { readAnchor } from './anchor.ts'
import { calendarAt } from './calendar.ts'
import { answerCommand } from './commands.ts'
import { linkPlace, settlementMeterOf, waveformOf, type LlcsConfig } from './config.ts'
import { createExecutions } from './executions.ts'
import { heldArms } from './core/memory.ts'
import { runningFirmware } from './firmware.ts'
import { createKeeper } from './keeper.ts'
import { openStationLink } from './link.ts'
import type { Anchor, Llcs } from './llcs.ts'
import { watchMains, type Mains } from './mains.ts'
import { takeRevocationList } from './revocation.ts'
import { openSettlementBook, type SettlementBook } from './settlement-book.ts'
import { countSettlement, type Settlement } from './settlement-meter.ts'
import { createSupervising, type Sample } from './supervising.ts'
import { takeTariff } from './tariff.ts'

export type LlcsDeps = ActorDeps & { readonly publish?: (happening: Happening) => void }

export type LlcsRunning = Running & {
  /** Of the local link; 0 where that is a serial line. */
  readonly port: number
  /** Simulated. */
  readonly hardware: {
    /** A reading of the grid frequency. Resolves when its consequences are done, at the charger too. */
    frequency(sample: Sample): Promise<void>
  }
  /** Arms in force or yet to be. */
  /** What the supplier has set for the controllers, as it is in force. */
  calendar(): ControllerCalendar | undefined
  arms(): readonly Arm[]
  /** The version of the firmware that runs. */
  firmware(): string
  supervision(): 'ready' | 'armed' | 'spent'
  /** What the metering front end gives, where there is one. */
  readonly mains?: Omit<Mains, 'close'>
  /** What its settlement meter says and has counted, where there is one. */
  readonly settlement?: Omit<Settlement, 'close'> & Pick<SettlementBook, 'spans'>
  /** Lowest frequency it has sampled, in hertz. */
  lowestHertz(): number | undefined
  connected(): { readonly hub: boolean; readonly station: boolean }
}

const retryMillisMax = 10_000

/**
 * Starts a local load control supervisor. Resolves when the communications hub has been tried once.
 * @throws Fault when identity, anchors or journal cannot be read, or the port is taken.
 */
export async function startLlcs(config: LlcsConfig, deps: LlcsDeps): Promise<LlcsRunning> {
  const bearings = bearingsOf(config, deps.crypto)
  ensureDir(config.data)
  return runLlcs(config, bearings, deps)
}

/** What the files that the config names hold. */
export type LlcsBearings = Pick<Llcs, 'eui' | 'identity' | 'roots' | 'firmware'> & {
  /** Who was in the trust-anchor cells at installation; without a supplier nobody may replace anything. */
  readonly installed: Llcs['anchors'] & { readonly supplier: Anchor | undefined }
  /** Whose tariff is told to the home. */
  readonly meter: Eui64 | undefined
}

/** @throws Fault `ConfigInvalid`, `IdentityUnreadable`, `AnchorUnreadable`, or of the disk. */
export function bearingsOf(config: LlcsConfig, crypto: Crypto): LlcsBearings {
  linkPlace(config)
  waveformOf(config)
  settlementMeterOf(config)
  const eui = eui64(config.eui)
  const identity = loadIdentity(config.identity)
  if (identity.peer.role !== 'llcs' || identity.peer.eui !== eui)
    throw new Fault('IdentityUnreadable', `${config.identity}: not the identity of LLCS ${eui}`)
  const { broker, dsrsp } = config.anchors
  const { tariff } = config
  const installed = {
    broker: readAnchor(broker, 'dcc', crypto),
    dsrsp: dsrsp === undefined ? undefined : readAnchor(dsrsp, 'dsrsp', crypto),
    supplier: tariff && readAnchor(tariff.supplier, 'supplier', crypto),
  }
  const rootsIn = (path: string | undefined) =>
    path === undefined ? [] : fromPem(readText(path), 'CERTIFICATE')
  const { smartMeter, charging } = config.trust
  const roots = { smartMeter: rootsIn(smartMeter), charging: rootsIn(charging) }
  const firmware = heldFirmware(config.firmware, 'llcs', crypto)
  return { eui, identity, installed, meter: tariff && eui64(tariff.meter), roots, firmware }
}

/** {@link startLlcs} of what has been read and checked already. */
export async function runLlcs(
  config: LlcsConfig,
  bearings: LlcsBearings,
  deps: LlcsDeps,
): Promise<LlcsRunning> {
  const { clock } = deps
  const ports = portsOf(deps)
  const audit = ports.openAudit({
    path: `${config.data}/audit.jsonl`,
    actor: config.actor,
    clock,
    identity: bearings.identity,
  })
  const keeper = createKeeper(ports.openJournal(`${config.data}/journal.jsonl`))
  const settlementMeter = settlementMeterOf(config)
  const book =
    settlementMeter &&
    openSettlementBook(ports.openJournal(`${config.data}/settlement.jsonl`), clock)
  let han: HanConnection | undefined
  const alerts = alertSender({
    han: () => han,
    first() {
      const [text] = keeper.memory.alerts
      return text === undefined ? undefined : fromBase64(text)
    },
    drop: () => keeper.commit({ alerts: keeper.memory.alerts.slice(1) }),
    onRefused: (alert) => audit.critical('AlertRefused', alertFacts(alert)),
  })
  for (const hash of bearings.firmware.refused) audit.critical('FirmwareImageRefused', { hash })
  const { installed, meter, ...own } = bearings
  const { dsrsp = 'empty', supplier } = installed
  const cells = trustAnchorCells(
    { loadController: dsrsp, supplier },
    () => keeper.memory.cells,
    deps.crypto,
  )
  const llcs: Llcs = {
    ...own,
    cells,
    get anchors() {
      return { broker: installed.broker, dsrsp: cells.peerIn(signingCells.loadController) }
    },
    get payer() {
      const payee = cells.peerIn(signingCells.supplier)
      return meter && payee && { meter, supplier: payee }
    },
    config,
    deps,
    keeper,
    settled: book,
    audit,
    publish: (happening) => deps.publish?.({ at: clock.now(), actor: config.actor, ...happening }),
    tellStation: (message) => link.tell(message),
    tellExecuted: () => executions.tell(),
    sendAlerts: () => alerts.send(),
  }
  const executions = createExecutions(llcs)
  executions.start()
  const link = await openStationLink(llcs)
  const supervising = createSupervising(llcs)
  const waveform = waveformOf(config)
  const mains = waveform && watchMains(llcs, supervising, waveform)
  const settlement = settlementMeter && book && countSettlement(llcs, book, settlementMeter)
  const hub = joinHub(llcs, (next) => {
    han = next
    if (next !== undefined) void llcs.sendAlerts()
  })
  await hub.tried

  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    executions.close()
    await mains?.close()
    await settlement?.close()
    await hub.close()
    han?.close()
    await link.close()
    await alerts.settled()
    book?.close()
    keeper.close()
    audit.close()
  }
  return {
    port: link.port ?? 0,
    hardware: { frequency: (sample) => supervising.sample(sample) },
    arms: () => heldArms(keeper.memory, clock.now(), deps.crypto).map(({ arm }) => arm),
    calendar: () => calendarAt(keeper.memory, clock.now()),
    firmware: () => runningFirmware(llcs),
    lowestHertz: () => supervising.lowestHertz,
    supervision: () => supervising.state,
    ...(mains === undefined ? {} : { mains }),
    ...(settlement &&
      book && { settlement: Object.assign(settlement, { spans: () => book.spans() }) }),
    connected: () => ({ hub: han !== undefined, station: link.connected() }),
    close: () => (closing ??= close()),
  }
}

function joinHub(
  llcs: Llcs,
  onChange: (han: HanConnection | undefined) => void,
): Running & { readonly tried: Promise<void> } {
  const { config, deps, eui } = llcs
  let settle = (): void => {}
  const tried = new Promise<void>((resolve) => (settle = resolve))
  const connect = async (): Promise<HanConnection> => {
    try {
      const connection = await portsOf(deps).joinHan({
        host: config.hub.host,
        port: config.hub.port,
        eui,
        key: fromHex(config.hub.hanKey) ?? new Uint8Array(),
        onCommand: (bytes) => {
          const rest = bytes.subarray(1)
          if (bytes[0] === hanMessages.revocationList) return takeRevocationList(llcs, rest)
          if (bytes[0] === hanMessages.tariff) return takeTariff(llcs, rest)
          return answerCommand(llcs, bytes)
        },
        activity: deps.activity,
        log: deps.log,
      })
      onChange(connection)
      void connection.closed.then(() => onChange(undefined))
      return connection
    } finally {
      settle()
    }
  }
  const keeping = keepConnected({
    label: `${config.actor}/han`,
    connect,
    clock: deps.wall,
    entropy: systemEntropy,
    log: deps.log,
    maxMillis: retryMillisMax,
  })
  return { tried, close: () => keeping.close() }
}
