import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Topic } from '@interlock/contract'
import {
  ensureDir,
  nodeCrypto as crypto,
  openJournal,
  systemEntropy as entropy,
  temporaryDir,
  writeAtomic,
} from '@interlock/host'
import { instant } from '@interlock/kernel'
import { openSealed, sealData } from '@interlock/seal'
import { openProofs, proofFiles } from '@interlock/topics'
import { expect, onTestFinished, test, vi } from 'vitest'
import { testHierarchy } from '../../tools/doors/hierarchy.ts'
import { main } from './main.ts'

const hour = 3_600_000
const id = '02-00-00-01-00-00-00-01'
const topic: Topic = { region: 'eastern', feeder: 'f1', kind: 'consumption', id }
const name = `ev/eastern/f1/consumption/${id}`

/** Runs `interlock topic …`, and has what it says. */
function topicCommands() {
  let said = ''
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, 'write').mockImplementation((text) => (said += String(text)) !== '')
  onTestFinished(() => void vi.restoreAllMocks())
  return async (...args: readonly string[]) => {
    said = ''
    return { code: await main(['topic', ...args]), said }
  }
}

test('a reader proves one message to a third party, which needs the author’s certificate and nothing else', async () => {
  const data = temporaryDir('interlock-proof')
  const file = (each: string): string => join(data, each)
  const hierarchy = testHierarchy('charging')
  const [{ key, peer, chainPem }, other] = [hierarchy.certify('csms'), hierarchy.certify('csms')]
  writeAtomic(file('root.pem'), hierarchy.rootPem, 0o644)
  writeAtomic(file('author.pem'), chainPem, 0o644)
  writeAtomic(file('other.pem'), other.chainPem, 0o644)
  const epoch = { epoch: 1, key: entropy.bytes(32) }
  const proofs = openProofs(proofFiles(data, openJournal), {
    ofFileMax: 2,
    days: 10,
    clock: { now: () => instant(Date.now()) },
  })
  onTestFinished(() => proofs.close())
  const take = (sequence: number, wattHours: number, at: number): void => {
    const [from, until] = [instant(at), instant(at + hour)]
    const payload = { from: 1_800_000, wattHours: [wattHours] }
    const message = { topic, payload, sequence, at: from, expiresAt: until }
    const sealed = sealData(message, { ...peer, key }, { epoch }, { crypto, entropy })
    const opener = { thumbprint: 'x', key, epochKey: () => epoch, authorOf: () => peer }
    const opened = openSealed(sealed, topic, opener, from, crypto)
    if (!opened.ok) throw new Error(opened.reason)
    proofs.keep(opened.value)
  }
  take(1, 4_711, peer.notBefore + 1_000)
  take(2, 815, peer.notBefore + 2_000)
  take(3, 99, peer.notBefore - 24 * hour)
  // Two are in a file that is full.
  expect(existsSync(file('proofs-1.journal'))).toBe(true)

  const run = topicCommands()
  const proof = (...args: readonly string[]) => run('proof', name, '--data', data, ...args)
  const verify = (text: string, author = 'author.pem') => {
    writeAtomic(file('proof.json'), text, 0o644)
    const by = ['--author', file(author), '--trust', file('root.pem')]
    return run('verify-proof', file('proof.json'), ...by)
  }

  expect((await proof()).said).toContain(`2  ${peer.eui}`)
  const shown = (await proof('--seq', '1')).said
  const proven = await verify(shown)
  expect(proven.code).toBe(0)
  expect(proven.said).toContain(`${name}  by csms ${peer.eui}, ${peer.organisation}, 1, `)
  expect(proven.said).toContain('"wattHours":[4711]')
  const header = await verify((await proof('--seq', '1', '--header-only')).said)
  expect(header.code).toBe(0)
  expect(header.said).not.toContain('4711')

  // Neither another author nor another content, and not by a certificate that was not there then.
  expect((await verify(shown, 'other.pem')).said).toContain('[SealAuthor]')
  const { opened } = JSON.parse((await proof('--seq', '2')).said) as { opened: object }
  const swapped = JSON.stringify({ ...(JSON.parse(shown) as object), opened })
  expect((await verify(swapped)).said).toContain('[SealAltered]')
  expect((await verify((await proof('--seq', '3')).said)).code).toBe(1)
  expect((await verify('{"head":1}')).said).toContain('[SealMalformed]')
  expect((await proof('--seq', '9')).said).toContain('[NotFound]')
  expect((await proof('--seq', '0')).said).toContain('no longer kept')
  expect((await proof('--seq', 'x')).code).toBe(2)
  expect((await run('proof', 'ev/eastern/+/consumption/+', '--data', data)).code).toBe(2)
})

test('the dead letters of an actor are read where they lie, the newest first and so many', async () => {
  const data = temporaryDir('interlock-dead-letters')
  ensureDir(join(data, 'topics'))
  const journal = openJournal(join(data, 'topics/dead-letters.journal'))
  const letter = { at: '2026-11-27T12:00:00Z', topic: name, message: { head: 'h', body: 'b' } }
  journal.append({ number: 1, position: 7, reason: 'SealMalformed', ...letter })
  journal.append({ number: 2, position: 9, reason: 'ReaderFailed', detail: 'TypeError', ...letter })
  journal.close()
  const run = topicCommands()
  const newest = await run('dead-letters', '--data', data, '--limit', '1')
  expect(newest.said).toContain(`2  2026-11-27T12:00:00Z  ReaderFailed (TypeError)  ${name}`)
  expect(newest.said).toContain('--cursor 2')
  const older = await run('dead-letters', '--data', data, '--cursor', '2', '--json')
  const items = [{ number: 1, position: 7, reason: 'SealMalformed', author: null }]
  expect(JSON.parse(older.said)).toMatchObject({ items, next: null })
  expect(await run('dead-letters', '--data', data, '--limit', '201')).toMatchObject({ code: 2 })
  expect(await run('dead-letters')).toMatchObject({ code: 2 })
})
