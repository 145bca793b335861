import {
  createCipheriv,
  createHash,
  createPrivateKey,
  diffieHellman,
  type KeyObject,
} from 'node:crypto'
import { nodeCrypto as crypto, systemClock } from '@interlock/host'
import { gate } from '@interlock/gate'
import {
  acceptCommand,
  addMac,
  decodeSigned,
  encodePreCommand,
  signPreCommand,
  type Command,
} from '@interlock/gbcs'
import { assert, inHours, instant, plus } from '@interlock/kernel'
import { parseSigned } from '@interlock/seal'
import { homeOf, organisations } from '../street/address-book.ts'
import { armChain, bareXml } from './arm-chain.ts'
import { bareSign, bareVerify, publicHandle } from './bare-calls.ts'
import { compare, interleaved, microsPerCall } from './rounds.ts'
import { line, type Line } from './report.ts'
import { sealedCommand } from './sealed-command.ts'

export type SealPlan = {
  readonly rounds: number
  readonly roundMillis: number
  readonly say: (words: string) => void
  readonly stop: AbortSignal
}

/** What each check and each signature costs, against the bare calls of `node:crypto` inside it. */
export async function sealFigures(plan: SealPlan): Promise<readonly Line[]> {
  plan.say('Measuring the gate, the seal and the smart-meter messages.')
  const pair = async (
    name: string,
    against: string,
    ours: () => void,
    bare: () => void,
  ): Promise<Line> => {
    const taken = await interleaved(
      plan.rounds,
      () => microsPerCall(ours, plan.roundMillis),
      () => microsPerCall(bare, plan.roundMillis),
      plan.stop,
    )
    return line(name, 'µs', against, 'lower', compare(taken))
  }
  return [...(await sealLines(pair)), ...(await networkLines(pair))]
}

type Pair = (name: string, against: string, ours: () => void, bare: () => void) => Promise<Line>

async function sealLines(pair: Pair): Promise<readonly Line[]> {
  const sealed = sealedCommand()
  const { command, countersignature, csms, supervisor, state, now } = sealed
  const originator = publicHandle(csms.key.publicKey)
  const second = publicHandle(supervisor.key.publicKey)
  const own = createPrivateKey(csms.pem)
  const evidence = { arms: [] }
  const one = (): void => bareVerify(originator, command.signed, command.signature)
  const both = (): void => {
    one()
    bareVerify(second, countersignature.signed, countersignature.signature)
  }
  return [
    await pair(
      'gate, countersigned command',
      'two verifies',
      () => {
        const parsed = parseSigned(sealed.seconded, 'SetChargingProfile')
        assert(parsed.ok && gate(parsed.value, evidence, state, now).ok, 'the gate lets it pass')
      },
      both,
    ),
    await pair('seal, sign', 'one sign', sealed.sign, () => bareSign(own, command.signed)),
    await pair('seal, countersign', 'one sign', sealed.countersign, () =>
      bareSign(own, countersignature.signed),
    ),
    await pair(
      'seal, parse and verify',
      'one verify',
      () => {
        const parsed = parseSigned(sealed.seconded, 'SetChargingProfile')
        assert(parsed.ok, 'it parses')
        const { signed, signature } = parsed.value
        assert(crypto.verify(csms.key.publicKey, signed, signature), 'it verifies')
      },
      one,
    ),
  ]
}

const unsignedXml = (xml: string): string => xml.replace(/<ds:Signature .*<\/ds:Signature>/s, '')

async function networkLines(pair: Pair): Promise<readonly Line[]> {
  const { llcs } = homeOf(1)
  const [owner, broker, device] = [1, 2, 3].map(() => crypto.generateKey())
  assert(owner !== undefined && broker !== undefined && device !== undefined, 'three keys')
  const from = instant(Math.floor(systemClock.now() / 1000) * 1000)
  const preCommand: Command = {
    useCase: 'ECS47a',
    originator: organisations.web,
    target: llcs,
    counter: 7n,
    controller: 1,
    direction: 'import',
    levelPercent: 100,
    from,
    until: plus(from, inHours(4)),
  }
  const unsigned = encodePreCommand(preCommand)
  const sent = { own: broker.key, peer: device.key.publicKey }
  const issue = (): Uint8Array =>
    addMac(signPreCommand(unsigned, owner.key, crypto), 'signed', sent, crypto)
  const bytes = issue()
  const anchors = {
    eui: llcs,
    keyAgreement: device.key,
    brokerKey: broker.key.publicKey,
    signer: () => owner.key.publicKey,
    lastCounter: () => 6n,
  }
  const read = decodeSigned(signPreCommand(unsigned, owner.key, crypto))
  assert(read.ok, 'a command of the bench is readable')
  const { covered, signature } = read.value
  const handles = {
    owner: publicHandle(owner.key.publicKey),
    ownerKey: createPrivateKey(owner.pem),
    broker: publicHandle(broker.key.publicKey),
    brokerKey: createPrivateKey(broker.pem),
    device: publicHandle(device.key.publicKey),
    deviceKey: createPrivateKey(device.pem),
  }
  const iv = new Uint8Array(12)
  const mac = (privateKey: KeyObject, publicKey: KeyObject): Buffer => {
    const shared = diffieHellman({ privateKey, publicKey })
    const key = createHash('sha256').update(shared).digest().subarray(0, 16)
    const cipher = createCipheriv('aes-128-gcm', key, iv, { authTagLength: 12 })
    cipher.setAAD(covered)
    cipher.final()
    return cipher.getAuthTag()
  }
  const parties = { originator: organisations.web, target: llcs, owner, broker, device, from }
  const chain = armChain(parties)
  const documents = chain().map(unsignedXml)
  const xml = bareXml({ own: handles.brokerKey, peer: handles.broker })
  return [
    await pair(
      'GBCS, accept a command',
      'key agreement, MAC, verify',
      () => assert(acceptCommand(bytes, anchors, crypto).ok, 'the device accepts it'),
      () => {
        mac(handles.deviceKey, handles.broker)
        bareVerify(handles.owner, covered, signature)
      },
    ),
    await pair(
      'arm, the whole chain',
      'its XML signatures, signatures and MACs',
      () => void chain(),
      () => {
        for (const each of documents) xml(each)
        bareSign(handles.ownerKey, covered)
        mac(handles.brokerKey, handles.device)
        mac(handles.deviceKey, handles.broker)
        bareVerify(handles.owner, covered, signature)
        // The device's response is signed too, and as long as what it answers.
        bareVerify(handles.device, covered, bareSign(handles.deviceKey, covered))
      },
    ),
    await pair('GBCS, sign and MAC', 'sign, key agreement, MAC', issue, () => {
      bareSign(handles.ownerKey, covered)
      mac(handles.brokerKey, handles.device)
    }),
  ]
}
