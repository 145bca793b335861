import { isSuperseded, makeRoom, type LinkMessage } from '@interlock/contract'
import { verifyArm, type ArmProblem } from '@interlock/gate'
import {
  keepConnected,
  portsOf,
  systemEntropy,
  type FrameSocket,
  type Running,
} from '@interlock/host'
import {
  fromBase64,
  fromUtf8,
  inSeconds,
  instant,
  toBase64,
  utf8,
  type Timer,
} from '@interlock/kernel'
import {
  createLinkSession,
  derivePairingKey,
  linkAck,
  linkExpiry,
  type LinkSession,
} from '@interlock/seal'
import type { Llcs } from './config.ts'
import { cellsOf, heldArms } from './gate-state.ts'
import { takeController } from './provider-change.ts'
import { onRespond, onRestore } from './responding.ts'
import { takeRevocationList } from './revocation.ts'
import type { Station } from './station.ts'
import { tellSuppliedArms } from './supplied-arms.ts'
import { takeSupplier } from './supplier-word.ts'
import { takeTariff } from './tariff.ts'

const nonceBytes = 16
/** World time between heartbeats; a link that does not answer is opened again. */
const heartbeatSeconds = 300

/** The link to the LLCS of the home. */
export type LocalLink = Running & {
  send(message: LinkMessage): void
  connected(): boolean
  /** Settles when the first attempt to connect has ended. */
  readonly tried: Promise<void>
}

type Session = { readonly socket: FrameSocket; readonly codecs: LinkSession }

export function openLocalLink(
  station: Station,
  { serial, host = '', port = 0, installCode }: Llcs,
): LocalLink {
  const { deps, background } = station
  const { clock, wall, log } = deps
  let session: Session | undefined
  let timer: Timer | undefined
  let closing = false
  let settleTried = (): void => {}
  const tried = new Promise<void>((resolve) => (settleTried = resolve))

  const exchange = async ({ socket, codecs }: Session, message: LinkMessage): Promise<void> => {
    const sealed = codecs.asking.seal(message, linkExpiry(clock.now()))
    const answer = codecs.asking.open(await socket.request(sealed.bytes), clock.now())
    const acknowledged =
      answer.ok &&
      answer.value.message.kind === 'ack' &&
      answer.value.message.to === sealed.counter.toString()
    if (!acknowledged) socket.close()
  }

  const beat = (current: Session): void => {
    timer = clock.after(inSeconds(heartbeatSeconds), 'link-heartbeat', async () => {
      if (session !== current) return
      try {
        await exchange(current, { kind: 'heartbeat', at: clock.now() })
        beat(current)
      } catch {
        current.socket.close()
      }
    })
  }

  const open = async (): Promise<{ closed: Promise<void> }> => {
    const { activity } = deps
    const socket =
      serial === undefined
        ? await portsOf(deps).connectFrames({ host, port, activity, log })
        : await portsOf(deps).connectSerial({ serial, activity, log })
    try {
      const codecs = await pair(station, socket, installCode)
      const current: Session = { socket, codecs }
      socket.onRequest((bytes) => answer(station, codecs, bytes))
      const closed = new Promise<void>((resolve) => socket.onClose(resolve))
      await exchange(current, { kind: 'ownerKeys', keys: station.keeper.memory.ownerKeys })
      if (closing) throw new TypeError('the station is closing')
      session = current
      socket.onClose(() => {
        if (session === current) session = undefined
      })
      beat(current)
      return { closed }
    } catch (error) {
      socket.close()
      throw error
    }
  }

  const keeping = keepConnected({
    label: `${station.config.actor}/llcs`,
    connect: () => open().finally(settleTried),
    clock: wall,
    entropy: systemEntropy,
    log,
  })

  return {
    tried,
    connected: () => session !== undefined,
    send(message) {
      const current = session
      if (current === undefined) return
      void background(`link/${message.kind}`, () => exchange(current, message))
    },
    async close() {
      closing = true
      timer?.cancel()
      // A connection that was being opened is there only then.
      await keeping.close()
      session?.socket.close()
    },
  }
}

/** Both sides derive the key of this connection; whoever lacks the code cannot speak on it. */
async function pair(station: Station, socket: FrameSocket, code: string): Promise<LinkSession> {
  const { crypto } = station.deps
  const nonce = systemEntropy.bytes(nonceBytes)
  const hello = { station: station.eui, nonce: toBase64(nonce) }
  const answered = JSON.parse(fromUtf8(await socket.request(utf8(JSON.stringify(hello))))) as {
    nonce?: unknown
  }
  const theirs = typeof answered.nonce === 'string' ? fromBase64(answered.nonce) : undefined
  if (theirs?.length !== nonceBytes) throw new TypeError('the LLCS does not pair')
  const key = derivePairingKey(code, theirs, nonce, crypto)
  return createLinkSession({ key, side: 'station', crypto })
}

/** Opens a frame, does what it says, and seals the acknowledgement. */
function answer(station: Station, { answering }: LinkSession, bytes: Uint8Array): Uint8Array {
  const now = station.deps.clock.now()
  const opened = answering.open(bytes, now)
  if (!opened.ok) {
    const { reason, counter } = opened
    station.reports.security('InvalidMessages', `local link: ${reason}`)
    // Whoever made it is told why; whoever did not gets nothing.
    if (counter === undefined) return new Uint8Array()
    return answering.seal(linkAck(counter, reason), linkExpiry(now)).bytes
  }
  const { message, counter } = opened.value
  const ack = linkAck(counter, handle(station, message))
  return answering.seal(ack, linkExpiry(now)).bytes
}

function handle(station: Station, message: LinkMessage): string | undefined {
  switch (message.kind) {
    case 'arm':
      return onArm(station, message.preCommand)
    case 'respond':
      return onRespond(station, message)
    case 'restore':
      return onRestore(station, message)
    case 'revocationList':
      return takeRevocationList(station, message.text)
    case 'tariff':
      return takeTariff(station, message.signed)
    case 'loadController':
      return takeController(station, message.signed)
    case 'supplier':
      return takeSupplier(station, message.signed)
    case 'time':
    case 'heartbeat':
      station.hearTime('llcs', instant(message.at))
      return undefined
    case 'used':
    case 'ownerKeys':
    case 'ack':
      return 'Unexpected'
  }
}

/** An arm the LLCS has verified is verified here again, and kept while its window lasts. */
export function onArm(station: Station, text: string): string | undefined {
  const { keeper, deps, records, judging } = station
  const { memory } = keeper
  const now = deps.clock.now()
  const bytes = fromBase64(text)
  const read =
    bytes === undefined ? undefined : verifyArm(bytes, cellsOf(memory, deps.crypto), deps.crypto)
  if (bytes === undefined || read === undefined) return 'ArmInvalid'
  const about = { action: 'Arm', second: 'armed' } as const
  const refuse = (reason: ArmProblem | 'ArmTarget') => {
    records.decide({ ...about, decision: 'refused', reason })
    station.reports.refusal(reason, 'arm')
    return reason
  }
  if (!read.ok) return refuse(read.reason)
  const arm = read.value
  if (arm.target !== station.llcs) return refuse('ArmTarget')
  if (now >= arm.until) return refuse('ArmWindow')
  const held = heldArms(memory, deps.crypto).filter((each) => now < each.arm.until)
  if (held.some((each) => each.arm.digest === arm.digest)) return undefined
  if (held.some((each) => isSuperseded(arm, each.arm))) return refuse('ArmWindow')
  const standing = held.filter(
    (each) => memory.armUses[each.arm.digest] !== undefined || !isSuperseded(each.arm, arm),
  )
  const kept = makeRoom(standing, arm.originator).map((each) => toBase64(each.bytes))
  keeper.commit({ set: { arms: [...kept, text] } })
  const { digest: reference, originator } = arm
  records.decide({ ...about, originator, decision: 'stored', reference })
  records.publish({ kind: 'arm', data: { arm: reference, use: arm.use, originator } })
  judging.armed()
  if (arm.use === 'supplied') tellSuppliedArms(station)
  return undefined
}
