import type { Instant } from '@interlock/kernel'
import type { Proof } from '@interlock/topics'
import { exits, UsageError, type Command } from '../command.ts'
import { textOf } from '../flags.ts'
import { readInput } from '../input.ts'
import { refuse } from '../refusal.ts'
import { operandOf, selectionIn } from './topic.ts'

export const topicProof: Command = {
  name: 'topic proof',
  summary: 'what proves one message that this reader took to a third party, and no other message',
  usage: 'interlock topic proof TOPIC --data DIR [--seq N] [--header-only]',
  example:
    'interlock topic proof ev/eastern/f1/consumption/02-00-00-01-00-00-00-01 --data supplier/data --seq 17',
  operands: 'TOPIC',
  flags: {
    data: {
      kind: 'text',
      value: 'DIR',
      help: 'data folder of who has read it: a supplier, provider or operator',
    },
    seq: { kind: 'text', value: 'N', help: 'number of the message; without it they are listed' },
    'header-only': { kind: 'switch', help: 'who said it, where and when, and not what' },
  },
  async run(invocation) {
    const { print, flags } = invocation
    const { region, feeder, kind, id } = await selectionIn(operandOf(invocation, 'TOPIC'))
    if (region === undefined || feeder === undefined || id === undefined)
      throw new UsageError('one topic, without +')
    const data = textOf(flags, 'data')
    if (data === undefined) throw new UsageError('which reader? --data DIR')
    const { topicName } = await import('@interlock/contract')
    const { journalEntries } = await import('@interlock/host')
    const { keptProofs, proofOf } = await import('@interlock/topics')
    const { withoutPayload } = await import('@interlock/seal')
    const topic = { region, feeder, kind, id }
    // A file at a time: there may be a gigabyte of them.
    const files = keptProofs((file) => journalEntries(`${data}/${file}`))
    const seq = textOf(flags, 'seq')
    if (seq === undefined) {
      const listed = Array.from(files, (kept) => provedOf(kept, topicName(topic)))
      const proofs = listed.toReversed().flat()
      const lines = proofs.map((each) => `${each.seq}  ${each.author}  ${timeOf(each.at)}`)
      print({ proofs }, lines.length === 0 ? 'none is kept' : lines.join('\n'))
      return exits.done
    }
    if (!/^\d{1,15}$/.test(seq)) throw new UsageError('--seq: a whole number')
    let proof: Proof | undefined
    let oldest: number | undefined
    for (const kept of files) {
      proof = proofOf(kept, topic, Number(seq))
      if (proof !== undefined) break
      for (const each of provedOf(kept, topicName(topic)))
        oldest = Math.min(each.seq, oldest ?? each.seq)
    }
    if (proof === undefined)
      return oldest !== undefined && Number(seq) < oldest
        ? refuse(print, 'NotKept', `its proof is no longer kept: the oldest there is ${oldest}`)
        : refuse(print, 'NotFound', 'no proof of this message is kept: it was not taken here')
    const { disclosure } = proof
    const shown = flags['header-only'] === true ? withoutPayload(disclosure) : disclosure
    // A file for the third party in either form.
    print(shown, JSON.stringify(shown))
    return exits.done
  },
}

/** What a seal does not stand for, in words. */
const words: Readonly<Record<string, string>> = {
  SealMalformed: 'that is no proof of a message',
  SealAuthor: 'it is not by the holder of that certificate',
  SealSignature: 'the author has not signed this',
  SealAltered: 'what is shown is not what the author sealed',
  SealContent: 'what the author sealed is nothing that is said on such a topic',
  SealForbidden: 'its author may say nothing there: no reader would take it',
  SealLifetime: 'it would be valid for longer than its topic is kept: no reader would take it',
}

export const topicVerifyProof: Command = {
  name: 'topic verify-proof',
  summary: 'check, offline and as a third party, who said a message, when, and what it says',
  usage: 'interlock topic verify-proof FILE --author FILE --trust FILE',
  example: 'interlock topic verify-proof proof.json --author chain.pem --trust root.pem',
  operands: 'FILE',
  flags: {
    author: {
      kind: 'text',
      value: 'FILE',
      help: 'PEM certificate of the author with its authority',
    },
    trust: { kind: 'text', value: 'FILE', help: 'PEM root of the charging side' },
  },
  async run({ flags, operands, print }) {
    const [author, trust] = ['author', 'trust'].map((each) => textOf(flags, each))
    if (author === undefined || trust === undefined)
      throw new UsageError('--author FILE --trust FILE are needed')
    const { nodeCrypto: crypto, readText } = await import('@interlock/host')
    const { instant, parseJson } = await import('@interlock/kernel')
    const { fromPem, verifyChain } = await import('@interlock/pki')
    const { readDisclosure, readHead, verifyDisclosure } = await import('@interlock/seal')
    const json = parseJson(await readInput(operands), 3)
    const disclosure = json.ok ? readDisclosure(json.value) : undefined
    const read = disclosure && readHead(disclosure.head)
    if (disclosure === undefined || read?.ok !== true)
      return refuse(print, 'SealMalformed', words['SealMalformed'] ?? '')
    const [chain, roots] = [author, trust].map((each) => fromPem(readText(each), 'CERTIFICATE'))
    if (chain === undefined || roots === undefined) throw new UsageError('no certificates')
    // As the certificate was then: the time is part of what is signed.
    const at: Instant = instant(read.value.head.iat)
    const holder = verifyChain(chain, { roots, at, crypto, hierarchy: 'charging' })
    if (!holder.ok)
      return refuse(print, holder.reason, 'that certificate was not one of the charging side then')
    const { value: peer } = holder
    const proven = verifyDisclosure(
      disclosure,
      (thumbprint) => (thumbprint === peer.thumbprint ? peer : undefined),
      crypto,
    )
    if (!proven.ok)
      return refuse(print, proven.reason, words[proven.reason] ?? proven.reason, proven.detail)
    const { head, payload } = proven.value
    const who = `${head.role} ${head.author}, ${peer.organisation}`
    const said = payload === undefined ? 'what it says is not shown' : JSON.stringify(payload)
    print(
      { ok: true, head, organisation: peer.organisation, payload: payload ?? null },
      `${head.topic}  by ${who}, ${head.seq}, ${timeOf(head.iat)}\n${said}`,
    )
    return exits.done
  },
}

const provedOf = (proofs: readonly Proof[], topic: string) =>
  proofs.filter((each) => each.topic === topic).map(({ author, seq, at }) => ({ seq, author, at }))

const timeOf = (at: number): string => new Date(at).toISOString()
