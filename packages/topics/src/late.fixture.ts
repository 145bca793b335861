import { position } from '@interlock/bus'
import { sealedTopic, type Topic } from '@interlock/contract'
import { nodeCrypto as crypto, systemEntropy as entropy } from '@interlock/host'
import { eui64, instant, type Role } from '@interlock/kernel'
import type { Peer } from '@interlock/pki'
import { sealData } from '@interlock/seal'
import { createKeyrings } from './keyrings.ts'
import { openProgress } from './progress.ts'
import { receive, type Rules } from './receive.ts'

/**
 * What a reader with these rules finds of three messages of one author, the owner of the topic's id, of which the
 * middleware brings the second when it has expired.
 */
export async function findingsOfLate(
  rules: Rules,
  {
    topic,
    role,
    payload,
  }: { readonly topic: Topic; readonly role: Role; readonly payload: unknown },
): Promise<readonly string[]> {
  const eui = eui64(topic.id)
  const [key, own] = [crypto.ephemeralKey(), crypto.ephemeralKey()]
  const [author, reader] = ['author', 'reader'].map((each) => each.padEnd(43, 'A')) as [
    string,
    string,
  ]
  const { publicKey } = key
  const peer = { eui, organisation: eui, role, thumbprint: author, publicKey } as Peer
  const now = instant(1_800_000_000_000)
  const kept = sealedTopic(topic.kind)?.retentionMillis ?? 0
  const audience =
    sealedTopic(topic.kind)?.protection === 'readers'
      ? { readers: [{ thumbprint: reader, publicKey: own.publicKey }] }
      : 'everyone'
  const receiver = {
    thumbprint: reader,
    key: own,
    directory: { learn: () => Promise.resolve(peer), peerOf: () => peer },
    keyrings: createKeyrings(),
    askLease: () => Promise.resolve(false),
    clock: { now: () => now },
    crypto,
  }
  const progress = openProgress()
  const found: string[] = []
  for (const sequence of [1, 2, 3]) {
    const at = instant(sequence === 2 ? now - kept - 1 : now)
    const data = { topic, payload, sequence, at, expiresAt: instant(at + kept) }
    const message = sealData(data, { eui, role, thumbprint: author, key }, audience, {
      crypto,
      entropy,
    })
    const carried = { topic, position: position(sequence), message }
    const taken = await receive(carried, receiver, progress, rules, ({ reason }) =>
      found.push(reason),
    )
    if (taken !== undefined) progress.save(carried.position, taken.name, taken.followed)
  }
  return found
}
