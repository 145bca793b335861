import {
  acceptCommand,
  encodeAlert,
  encodeResponse,
  type Accepted,
  type Answer,
  type ExecutionAlert,
  type LoadAlert,
  type ResultCode,
  type UseCase,
} from '@interlock/gbcs'
import { hanAnswers, hanMessages } from '@interlock/contract'
import { joinHan, nodeCrypto as crypto, silentLog, type Identity } from '@interlock/host'
import { fromUtf8, unobserved, type Eui64, type PublicKey } from '@interlock/kernel'

/** A device that obeys the rules of GBCS, and what a test makes it do instead. */
/** A device adds who it is, and counts. */
type ToldAlert = Omit<LoadAlert, 'device' | 'counter'> | Omit<ExecutionAlert, 'device' | 'counter'>

export type TestDevice = {
  readonly accepted: Accepted[]
  readonly refusals: string[]
  /** Everything that came, in order: `command`, `tariff`, or the text of a revocation list. */
  readonly heard: string[]
  /** The last tariff that it was told. */
  readonly tariff: Uint8Array | undefined
  /** How it answers what it accepts. */
  behaviour: ResultCode | 'silent' | 'garbled'
  /** What it answers in place of that to what is asked of it. */
  reads: Readonly<Partial<Record<UseCase, Answer>>>
  /** A frame by another way than the hub, as whoever delivers locally brings it; its answer, if any. */
  hand(frame: Uint8Array): Promise<Uint8Array | undefined>
  alert(alert: ToldAlert, change?: { signer?: Identity }): Promise<boolean>
  close(): void
}

export async function testDevice(
  identity: Identity,
  hub: { readonly port: number; readonly key: Uint8Array },
  anchors: { readonly broker: PublicKey; readonly signer: (eui: Eui64) => PublicKey | undefined },
): Promise<TestDevice> {
  const eui = identity.peer.eui
  const counters = new Map<Eui64, bigint>()
  let alerts = 0n
  const state = {
    accepted: [] as Accepted[],
    refusals: [] as string[],
    heard: [] as string[],
    behaviour: 'success' as TestDevice['behaviour'],
    tariff: undefined as Uint8Array | undefined,
    reads: {} as Readonly<Partial<Record<UseCase, Answer>>>,
  }
  const onCommand = (bytes: Uint8Array): Uint8Array | undefined | Promise<undefined> => {
    if (bytes[0] === hanMessages.revocationList) {
      state.heard.push(fromUtf8(bytes.subarray(1)))
      return Uint8Array.of(hanAnswers.done)
    }
    if (bytes[0] === hanMessages.tariff) {
      state.heard.push('tariff')
      state.tariff = bytes.slice(1)
      return Uint8Array.of(hanAnswers.done)
    }
    state.heard.push('command')
    const device = {
      eui,
      keyAgreement: identity.key,
      brokerKey: anchors.broker,
      signer: anchors.signer,
      lastCounter: (originator: Eui64) => counters.get(originator) ?? -1n,
    }
    const accepted = acceptCommand(bytes, device, crypto)
    if (!accepted.ok) {
      state.refusals.push(accepted.reason)
      return undefined
    }
    const { command } = accepted.value
    counters.set(command.originator, command.counter)
    state.accepted.push(accepted.value)
    if (state.behaviour === 'silent') return new Promise(() => {})
    if (state.behaviour === 'garbled')
      return encodeResponse(command, { result: 'success' }, crypto.generateKey().key, crypto)
    const answer = state.reads[command.useCase] ?? { result: state.behaviour }
    return encodeResponse(command, answer, identity.key, crypto)
  }
  const connection = await joinHan({
    host: '127.0.0.1',
    port: hub.port,
    eui,
    key: hub.key,
    onCommand,
    activity: unobserved,
    log: silentLog,
  })
  return Object.assign(state, {
    hand: async (frame: Uint8Array) => onCommand(frame),
    async alert(alert: ToldAlert, change: { signer?: Identity } = {}) {
      alerts += 1n
      const { key } = change.signer ?? identity
      const bytes = encodeAlert({ ...alert, device: eui, counter: alerts }, key, crypto)
      return (await connection.alert(bytes)) === 'taken'
    },
    close: () => connection.close(),
  })
}
