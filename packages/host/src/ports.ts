import type { Audit } from '@interlock/ledger'
import type { Journal } from '@interlock/store'
import { openAppendFile, type AppendFile } from './append-file.ts'
import { openAudit, type AuditOptions } from './audit-file.ts'
import type { ActorDeps } from './deps.ts'
import { connectFrames, listenFrames } from './frame-socket.ts'
import { joinHan } from './han-client.ts'
import { openJournal } from './journal.ts'
import { connectOcpp } from './ocpp-client.ts'
import { connectSerial, listenSerial } from './serial/frames.ts'
import { openPacketSource } from './serial/packet-source.ts'

/** What a device opens outside itself. A lab may give others: it then runs without files and sockets. */
export type Ports = {
  readonly openJournal: (path: string) => Journal
  readonly openAudit: (options: AuditOptions) => Audit
  readonly openAppendFile: (path: string) => AppendFile
  readonly connectFrames: typeof connectFrames
  readonly listenFrames: typeof listenFrames
  readonly connectSerial: typeof connectSerial
  readonly listenSerial: typeof listenSerial
  readonly openPacketSource: typeof openPacketSource
  readonly joinHan: typeof joinHan
  readonly connectOcpp: typeof connectOcpp
}

export const systemPorts: Ports = {
  openJournal: (path) => openJournal(path),
  openAudit: (options) => openAudit(options),
  openAppendFile: (path) => openAppendFile(path),
  connectFrames,
  listenFrames,
  connectSerial,
  listenSerial,
  openPacketSource,
  joinHan,
  connectOcpp,
}

export const portsOf = ({ ports }: Pick<ActorDeps, 'ports'>): Ports => ports ?? systemPorts
