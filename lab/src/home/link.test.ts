import { startLlcs, LlcsConfig } from '@interlock/llcs'
import { hanAnswers, hanMessages, vendorId } from '@interlock/contract'
import { addMac, encodePreCommand, signPreCommand } from '@interlock/gbcs'
import {
  checkConfig,
  identityOf,
  listenFrames,
  nodeCrypto as crypto,
  openOcppServer,
  saveIdentity,
  silentLog,
  systemClock,
  systemEntropy as entropy,
  temporaryDir,
  writeAtomic,
  type FrameSocket,
  type Identity,
} from '@interlock/host'
import { assert, eui64, inHours, plus, seeded, toBase64, toIso } from '@interlock/kernel'
import { createEndpoint, type Endpoint } from '@interlock/ocpp'
import { createCa, createCsr, issue, newSerial, type Subject } from '@interlock/pki'
import {
  countersign,
  effectWindow,
  ownerEui,
  ownerKeyMac,
  signCommand,
  verifyReply,
} from '@interlock/seal'
import { startStation, StationConfig } from '@interlock/station'
import { expect, onTestFinished, test } from 'vitest'
import { createWorldClock } from '../worlds/world-clock.ts'
