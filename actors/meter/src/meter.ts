import { encodeAlerts, executionsOf } from '@interlock/gbcs'
import {
  alertFacts,
  alertSender,
  ensureDir,
  joinHan,
  keepConnected,
  loadIdentity,
  openAudit,
  openJournal,
  readText,
  type ActorDeps,
  type HanConnection,
  type Running,
} from '@interlock/host'
import {
  eui64,
  Fault,
  fromHex,
  type Crypto,
  type Eui64,
  type Instant,
  type Outcome,
  type Role,
} from '@interlock/kernel'
import { fromPem, peerOf, type Peer } from '@interlock/pki'
import { heldFirmware, signingCells, trustAnchorCells, type TariffCommand } from '@interlock/seal'
import type { UsageInterval } from '@interlock/tariff'
import { answerCommand, ofSupplier } from './commands.ts'
import type { MeterConfig } from './config.ts'
import type { Consumption, ConsumptionProblem } from './consumption.ts'
import { createTariffDates } from './tariff-dates.ts'
import { openTariffMemory } from './tariff-memory.ts'

export type MeterRunning = Running & {
  /** The tariff in force. */
  tariff(): TariffCommand | undefined
  /** When the one that is held beside it takes its place. */
  tariffComesAt(): Instant | undefined
  /** What it measured: counted in the register and block whose time it was, and kept. */
  consume(interval: UsageInterval): Outcome<Consumption, ConsumptionProblem>
  /** What was used under the tariff by which was counted last. */
  consumption(): Consumption | undefined
  /** The version of the firmware that runs. */
  firmware(): string
  readonly joined: () => boolean
}

const retryMillisMax = 10_000

/**
 * A smart meter, simulated: it holds the tariff of the home behind the network's real messages.
 * @throws Fault when identity, anchors or journal cannot be read.
 */
// oxlint-disable-next-line typescript/require-await -- every actor starts asynchronously
export async function startMeter(config: MeterConfig, deps: ActorDeps): Promise<MeterRunning> {
  const eui = eui64(config.eui)
  const identity = loadIdentity(config.identity)
  if (identity.peer.role !== 'meter' || identity.peer.eui !== eui)
    throw new Fault('IdentityUnreadable', `${config.identity}: not the identity of meter ${eui}`)
  const broker = anchor(config.anchors.broker, 'dcc', deps.crypto)
  const supplier = anchor(config.anchors.supplier, 'supplier', deps.crypto)
  ensureDir(config.data)
  const audit = openAudit({
    path: `${config.data}/audit.jsonl`,
    actor: config.actor,
    clock: deps.clock,
    identity,
  })
  const journal = openJournal(`${config.data}/meter.journal`)
  const memory = openTariffMemory(journal, (alert) =>
    audit.critical('AlertDropped', alertFacts(alert)),
  )
  const cells = trustAnchorCells({ supplier }, () => memory.cells(), deps.crypto)
  const { trust } = config
  const firmware = heldFirmware(config.firmware, 'meter', deps.crypto)
  for (const hash of firmware.refused) audit.critical('FirmwareImageRefused', { hash })
  const parts = {
    anchors: {
      eui,
      keyAgreement: identity.key,
      brokerKey: broker.publicKey,
      signer(originator: string, useCase: string) {
        const holder = cells.peerIn(signingCells.supplier)
        const may =
          originator === holder?.organisation && ofSupplier.some((each) => each === useCase)
        return may ? holder.publicKey : undefined
      },
      lastCounter: (originator: Eui64) => memory.lastCounter(originator),
    },
    memory,
    firmware,
    cells,
    roots: trust === undefined ? [] : fromPem(readText(trust.smartMeter), 'CERTIFICATE'),
    clock: deps.clock,
    wall: deps.wall,
    audit,
    crypto: deps.crypto,
    log: deps.log,
  }

  let han: HanConnection | undefined
  /** The home's other devices hear of the tariff from its meter, now and when it comes back. */
  const tellHome = async (): Promise<void> => {
    const held = memory.tariff()
    if (held === undefined || han === undefined) return
    try {
      await han.tariff(held.signed)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      deps.log.warn({ detail: error.message }, 'the home was not told its tariff')
    }
  }
  const alerts = alertSender({
    han: () => han,
    first: () => memory.firstAlert(),
    drop: () => memory.dropAlert(),
    onRefused: (alert) => audit.critical('AlertRefused', alertFacts(alert)),
  })
  /** To the supplier whose tariff had the date: one for each of its tables. */
  const alertsAbout = (came: TariffCommand, at: Instant, last: bigint): readonly Uint8Array[] =>
    encodeAlerts(executionsOf(came, at), { device: eui, last }, identity.key, deps.crypto)
  const dates = createTariffDates({
    actor: config.actor,
    memory,
    alertsAbout,
    audit,
    onCame() {
      void tellHome()
      void alerts.send()
    },
    clock: deps.clock,
  })
  dates.start()
  const answered = (bytes: Uint8Array): Uint8Array | undefined => {
    dates.go()
    const before = memory.tariff()
    const answer = answerCommand(bytes, parts)
    if (memory.tariff() !== before) void tellHome()
    dates.go()
    return answer
  }
  const line = keepConnected({
    label: `${config.actor}/han`,
    connect: async () => {
      const connection = await joinHan({
        host: config.hub.host,
        port: config.hub.port,
        eui,
        key: fromHex(config.hub.hanKey) ?? new Uint8Array(),
        onCommand: (bytes) => answered(bytes),
        activity: deps.activity,
        log: deps.log,
      })
      han = connection
      void tellHome()
      void alerts.send()
      void connection.closed.then(() => (han === connection ? (han = undefined) : undefined))
      return connection
    },
    clock: deps.wall,
    entropy: deps.entropy,
    log: deps.log,
    maxMillis: retryMillisMax,
  })

  return {
    tariff: () => memory.tariff()?.tariff,
    tariffComesAt: () => memory.tariffComesAt(),
    consume: (interval) => memory.consume(interval),
    consumption: () => memory.consumption(),
    firmware: () => memory.firmware() ?? parts.firmware.version,
    joined: () => han !== undefined,
    async close() {
      dates.close()
      await line.close()
      han?.close()
      await han?.closed
      await alerts.settled()
      journal.close()
      audit.close()
    },
  }
}

/** The certificate in a trust-anchor cell, which must be of the role the cell is for. */
function anchor(path: string, role: Role, crypto: Crypto): Peer {
  const [der] = fromPem(readText(path), 'CERTIFICATE')
  const peer = der && peerOf(der, crypto)
  if (peer?.ok && peer.value.role === role) return peer.value
  throw new Fault('AnchorUnreadable', `${path}: not the certificate of a ${role}`, {
    remedy: 'install the certificate that the smart-meter authority issued',
  })
}
