import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { topicTable, type Topic } from '@interlock/contract'
import { sealedLike, take, topicOf } from '@interlock/bus/carrier.fixture'
import { instant, millis, plus } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { failingDisk } from '../failing-disk.fixture.ts'
import { temporaryDir } from '../files.ts'
import { diskCarrier, openDiskLog } from './disk-log.ts'

const start = instant(1_800_000_000_000)
const clock = { now: () => start }
const kept = (id: string, topic: Topic = topicOf('one')) => ({
  topic,
  message: sealedLike(id),
  id,
  until: start,
})
const fileIn = (folder: string): string => `${folder}/${readdirSync(folder)[0]}`

test('what a crash left unfinished at the end is cut off, and nothing before it', () => {
  for (const torn of ['{"topic":"ev/e', '\0\0\0\0', `{"topic":\0\0\n`]) {
    const folder = temporaryDir('interlock-disk-log')
    const log = openDiskLog(folder)
    expect(log.append([kept('a'), kept('b')])).toEqual([1, 2])
    log.close()
    appendFileSync(fileIn(folder), torn)
    const again = openDiskLog(folder)
    expect([again.count, again.positionOf('b'), again.positionOf('c')]).toEqual([2, 2, undefined])
    expect(again.append([kept('c')])).toEqual([3])
    expect(again.messageAt(3)).toEqual(sealedLike('c'))
    again.close()
  }
})

test('what was changed, or taken out, is told and not passed over', () => {
  const folder = temporaryDir('interlock-disk-log')
  const log = openDiskLog(folder)
  log.append([kept('a'), kept('b')])
  log.close()
  const path = fileIn(folder)
  writeFileSync(path, readFileSync(path, 'utf8').replace('"topic"', '"tipoc"'))
  expect(() => openDiskLog(folder)).toThrow(/not what was written/)
})

test('a disk that is full takes nothing, and the publisher is told; later it goes on', async () => {
  const disk = failingDisk()
  const carrier = diskCarrier(temporaryDir('interlock-disk'), { clock, keptMax: 8 }, disk)
  await carrier.publish(topicOf('one'), sealedLike('m1'), '1')
  disk.fails.write = 'ENOSPC'
  disk.writtenBytes = 10
  const full = { code: 'DiskFull' }
  await expect(carrier.publish(topicOf('one'), sealedLike('m2'), '2')).rejects.toMatchObject(full)
  delete disk.fails.write
  expect(await carrier.publish(topicOf('one'), sealedLike('m2'), '2')).toBe(2)
  const taken = await take(carrier, { kind: 'load' }, 0, 2)
  expect(taken.map(({ message }) => message.body)).toEqual(['m1', 'm2'])
  await carrier.close()
})

test('what comes at once is one write; files of what is forgotten go, and positions stay', async () => {
  let now = start
  const folder = temporaryDir('interlock-disk')
  const disk = failingDisk()
  const options = { clock: { now: () => now }, keptMax: 10_000 }
  const carrier = diskCarrier(folder, options, disk)
  const large = sealedLike('x'.repeat(200_000))
  const all = Array.from({ length: 100 }, (_, i) => carrier.publish(topicOf('one'), large, `${i}`))
  await Promise.all(all)
  expect(disk.syncs).toBe(1)
  await carrier.publish(topicOf('one'), sealedLike('last'), 'last')
  expect(readdirSync(`${folder}/load`)).toHaveLength(2)
  now = plus(start, millis(topicTable.load.retentionMillis))
  expect(await carrier.publish(topicOf('one'), sealedLike('new'), 'new')).toBe(102)
  expect(readdirSync(`${folder}/load`)).toHaveLength(1)
  await carrier.close()
  const again = diskCarrier(folder, options)
  expect(await again.last('load')).toBe(102)
  expect(await again.topics('load')).toEqual([{ topic: topicOf('one'), messages: 1 }])
  await again.close()
})
