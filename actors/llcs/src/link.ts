import { limits, type LinkMessage } from '@interlock/contract'
import { decodeSigned } from '@interlock/gbcs'
import {
  closeUnlessProven,
  isUnsent,
  portsOf,
  systemEntropy,
  type FrameSocket,
  type Running,
} from '@interlock/host'
import {
  Fault,
  fromBase64,
  fromUtf8,
  inMinutes,
  instant,
  parseJson,
  toBase64,
  utf8,
  type Instant,
  type Timer,
} from '@interlock/kernel'
import {
  createLinkSession,
  derivePairingKey,
  linkAck,
  linkExpiry,
  type LinkSession,
} from '@interlock/seal'
import { onUsed } from './alerts.ts'
import { linkPlace } from './config.ts'
import { heldArms, type Memory } from './core/memory.ts'
import { linkRefusals } from './link-refusals.ts'
import type { Llcs } from './llcs.ts'
import { vouches } from './network-time.ts'
import { listsIn } from './revocation.ts'

const nonceBytes = 16
const helloDepthMax = 2
/** World time between words of trusted time to the charger. */
const timeMinutes = 15
const nothing = new Uint8Array()

/** The local link's end at the LLCS. */
export type StationLink = Running & {
  /** Of TCP; a serial line has none. */
  readonly port: number | undefined
  connected(): boolean
  tell(message: LinkMessage): Promise<string | undefined>
}

type Session = {
  readonly socket: FrameSocket
  readonly codecs: LinkSession
  /** To be called when a frame was sealed with the key of this session. */
  readonly proven: () => void
}

/** @throws Fault `PortTaken`, `ConfigInvalid` */
export async function openStationLink(llcs: Llcs): Promise<StationLink> {
  const { deps, config } = llcs
  const { clock } = deps
  let session: Session | undefined
  let timer: Timer | undefined
  const refusals = linkRefusals(llcs)

  const tellOn = async (
    { socket, codecs }: Session,
    message: LinkMessage,
  ): Promise<string | undefined> => {
    try {
      const sealed = codecs.asking.seal(message, linkExpiry(clock.now()))
      const answer = codecs.asking.open(await socket.request(sealed.bytes), clock.now())
      const ack =
        answer.ok && answer.value.message.kind === 'ack' ? answer.value.message : undefined
      if (ack?.to === sealed.counter.toString()) return ack.reason
    } catch (error) {
      if (isUnsent(error)) return unsent(message, error)
      if (!(error instanceof Fault)) throw error
    }
    // It comes back, and is then told whatever it may have missed.
    socket.close()
    return 'Unanswered'
  }

  /** The link is as good as it was: a list too long for a serial line keeps nothing else from the charger. */
  const unsent = ({ kind }: LinkMessage, error: unknown): 'Offline' => {
    deps.log.warn({ kind, error }, 'the charger was not told')
    return 'Offline'
  }

  /** Whoever proved the code is the charger; an earlier connection of it is over. */
  const adopt = async (next: Session): Promise<void> => {
    if (session !== next) {
      session?.socket.close()
      session = next
      next.socket.onClose(() => {
        if (session === next) session = undefined
      })
    }
    timer?.cancel()
    await tellTime(next)
    for (const { text } of listsIn(llcs.keeper.memory))
      await tellOn(next, { kind: 'revocationList', text })
    for (const message of ofSupplier(llcs.keeper.memory)) await tellOn(next, message)
    const held = heldArms(llcs.keeper.memory, clock.now(), deps.crypto)
    for (const { arm, stored, bytes } of held) {
      await tellOn(next, { kind: 'arm', preCommand: toBase64(bytes) })
      if (arm.use === 'response' && stored.spent === true)
        await tellOn(next, { kind: 'restore', digest: arm.digest, at: clock.now() })
    }
  }

  const tellTime = async (to: Session): Promise<void> => {
    if (vouches(llcs.keeper.memory)) await tellOn(to, { kind: 'time', at: clock.now() })
    timer?.cancel()
    if (session !== to) return
    timer = clock.after(inMinutes(timeMinutes), 'time', () => tellTime(to))
  }

  const handle = async (message: LinkMessage, from: Session): Promise<string | undefined> => {
    switch (message.kind) {
      case 'ownerKeys':
        llcs.audit.critical('OwnerKeys', { keys: message.keys.length })
        llcs.keeper.commit({ ownerKeys: message.keys })
        if (session !== from) await adopt(from)
        return undefined
      case 'used':
        onUsed(llcs, message.digest, message.change)
        await llcs.sendAlerts()
        return undefined
      case 'heartbeat':
        compareClocks(llcs, instant(message.at))
        return undefined
      case 'arm':
      case 'respond':
      case 'restore':
      case 'revocationList':
      case 'tariff':
      case 'loadController':
      case 'supplier':
      case 'time':
      case 'ack':
        return 'Unexpected'
    }
  }

  const serve = async (current: Session, bytes: Uint8Array): Promise<Uint8Array> => {
    const opened = current.codecs.answering.open(bytes, clock.now())
    // Only what the key has sealed has a counter, also where it is refused.
    if (opened.ok || opened.counter !== undefined) current.proven()
    if (!opened.ok) {
      refusals.tell(opened.reason)
      if (opened.counter === undefined) {
        // Whoever lacks the key has one attempt on a connection; a charger whose line was disturbed comes back.
        current.socket.onRequest(() => nothing)
        current.socket.close()
        return nothing
      }
      const told = linkAck(opened.counter, opened.reason)
      return current.codecs.answering.seal(told, linkExpiry(clock.now())).bytes
    }
    const { message, counter } = opened.value
    const ack = linkAck(counter, await handle(message, current))
    return current.codecs.answering.seal(ack, linkExpiry(clock.now())).bytes
  }

  const accept = (socket: FrameSocket): void => {
    const proven = closeUnlessProven(socket, deps.wall, deps.log)
    socket.onRequest((hello) => {
      const theirs = nonceOf(hello, config.station)
      if (theirs === undefined) {
        socket.close()
        return nothing
      }
      const nonce = systemEntropy.bytes(nonceBytes)
      const key = derivePairingKey(config.installCode, nonce, theirs, deps.crypto)
      const codecs = createLinkSession({ key, side: 'llcs', crypto: deps.crypto })
      const current: Session = { socket, codecs, proven }
      socket.onRequest((bytes) => serve(current, bytes))
      return utf8(JSON.stringify({ nonce: toBase64(nonce) }))
    })
  }

  const place = linkPlace(config)
  const { activity, log, wall } = deps
  const ports = portsOf(deps)
  const listening: Running & { readonly port?: number } =
    place.serial === undefined
      ? await ports.listenFrames({ listen: place.listen, activity, log, accept })
      : ports.listenSerial({ serial: place.serial, activity, log, wall, accept })
  return {
    port: listening.port,
    connected: () => session !== undefined,
    tell: async (message) => (session === undefined ? 'Offline' : tellOn(session, message)),
    async close() {
      timer?.cancel()
      session?.socket.close()
      await listening.close()
      timer?.cancel()
      refusals.close()
    },
  }
}

/** What the supplier has signed, in its order: a later word may be by a key that an earlier one made known. */
function ofSupplier({ tariff, loadController, renewals = [] }: Memory): readonly LinkMessage[] {
  const told = (kind: 'tariff' | 'loadController' | 'supplier', signed: string | undefined) =>
    signed === undefined ? [] : [{ message: { kind, signed }, counter: counterIn(signed) }]
  return [
    ...told('tariff', tariff),
    ...told('loadController', loadController),
    ...renewals.flatMap((each) => told('supplier', each)),
  ]
    .toSorted((one, other) => (one.counter < other.counter ? -1 : 1))
    .map(({ message }) => message)
}

function counterIn(text: string): bigint {
  const bytes = fromBase64(text)
  const read = bytes && decodeSigned(bytes)
  return read?.ok === true ? read.value.command.counter : 0n
}

/** Beyond this the charger takes no arm; it has noticed by the time it is told, and says so as well. */
function compareClocks(llcs: Llcs, at: Instant): void {
  const difference = at - llcs.deps.clock.now()
  if (Math.abs(difference) <= limits.linkMessageLifetimeMillis) return
  llcs.audit.critical('ClockDisagreement', { millis: difference })
  llcs.publish({ kind: 'security', reason: 'LinkClockSkew' })
}

/** The station's nonce, if the greeting is that of the charger of this home. */
function nonceOf(hello: Uint8Array, station: string): Uint8Array | undefined {
  const parsed = parseJson(textOf(hello), helloDepthMax)
  const { station: claimed, nonce } = (parsed.ok ? (parsed.value ?? {}) : {}) as {
    station?: unknown
    nonce?: unknown
  }
  const bytes = typeof nonce === 'string' ? fromBase64(nonce) : undefined
  return claimed === station && bytes?.length === nonceBytes ? bytes : undefined
}

function textOf(bytes: Uint8Array): string {
  try {
    return fromUtf8(bytes)
  } catch {
    return ''
  }
}
