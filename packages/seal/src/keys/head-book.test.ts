import { limits, topicName, type SaidHead, type Topic } from '@interlock/contract'
import { expect, test } from 'vitest'
import {
  at,
  csms,
  dso,
  emsp,
  otherCsms,
  party,
  readerOf,
  station,
  topicOf,
} from '../data/data.fixture.ts'
import type { Author } from '../data/head.ts'
import { emptyGroup, type Group, type Member } from './group.ts'
import { createHeadBook } from './head-book.ts'

const memberOf = (of: Author): Member => ({
  ...readerOf(of),
  eui: of.eui,
  role: of.role,
  organisation: of.eui,
})
const load = topicOf('load')
const reading = topicOf('reading')
const maskKey = topicOf('maskKey')
/** `dso` came with the second epoch. */
const group: Group = {
  ...emptyGroup(load),
  members: [memberOf(csms), memberOf(dso)],
  from: { [csms.thumbprint]: 1, [dso.thumbprint]: 2 },
}
/** Signed before the test began, or when it says; whoever hands it on does not look at that. */
const said = (topic: Topic, to: string, first: number, last = first): SaidHead => ({
  topic: topicName(topic),
  to,
  first,
  firstAt: at(first),
  last,
  lastAt: at(last),
  at: at(last),
  signature: `by the author of ${last}`,
})

function book(isGranted = true, run = 'run', ofAuthor: number = limits.headsPerAuthorMax) {
  let now = at(20)
  const heads = createHeadBook(run, {
    clock: { now: () => now },
    admission: { holds: () => isGranted },
    groups: () => [group],
    headsMax: { all: limits.headsMax, ofAuthor },
    groupOf: (topic) => (topicName(topic) === topicName(load) ? group : undefined),
  })
  const read = (of: Author, kinds: readonly Topic['kind'][], after = 0, of_ = run) =>
    heads.read(memberOf(of), { kinds: [...kinds], run: of_, after })
  return {
    state: (of: Author, ...all: readonly SaidHead[]) => heads.state(memberOf(of), all),
    read,
    /** First and last of what a reader is told of a kind. */
    told: (of: Author, kind: Topic['kind']) =>
      read(of, [kind]).heads.map(({ first, last }) => [first, last]),
    pass: (seconds: number) => void (now = at(20 + seconds)),
  }
}

test('a member is told how far an author has come under the epochs that it was in, and nobody else', () => {
  const heads = book()
  heads.state(csms, said(load, '1', 1, 4), said(load, '2', 5, 6))
  heads.state(csms, said(load, '2', 7, 9))
  expect(heads.told(dso, 'load')).toEqual([
    [5, 6],
    [7, 9],
  ])
  expect(heads.told(party('dso'), 'load')).toEqual([])
  // As the author has signed it.
  expect(heads.read(dso, ['load']).heads[1]).toEqual({
    by: csms.thumbprint,
    ...said(load, '2', 7, 9),
  })
})

test('a named reader is told of what was sealed to it, a reader with a contract of what is for all', () => {
  const heads = book()
  heads.state(station, said(reading, emsp.thumbprint, 1, 3), said(reading, dso.thumbprint, 2, 2))
  heads.state(station, said(maskKey, 'everyone', 1, 8))
  expect([emsp, dso].map((each) => heads.told(each, 'reading'))).toEqual([[[1, 3]], [[2, 2]]])
  expect([dso, emsp].map((each) => heads.told(each, 'maskKey'))).toEqual([[[1, 8]], []])
})

test('what is signed anew takes the place of what was; what began earlier is kept with it, and nothing older comes back', () => {
  const heads = book()
  const first = said(maskKey, 'everyone', 1, 8)
  heads.state(station, first)
  heads.state(station, { ...first, at: at(9) })
  expect(heads.told(dso, 'maskKey')).toEqual([[1, 8]])
  heads.state(station, said(maskKey, 'everyone', 9, 10), first)
  heads.state(station, said(maskKey, 'everyone', 9, 12))
  expect(heads.told(dso, 'maskKey')).toEqual([
    [1, 8],
    [9, 12],
  ])
})

test('so many epochs and named readers of one author and topic are kept, the last', () => {
  const heads = book()
  for (let epoch = 1; epoch <= 5; epoch++) heads.state(csms, said(load, `${epoch}`, epoch))
  expect(heads.told(dso, 'load')).toEqual([
    [3, 3],
    [4, 4],
    [5, 5],
  ])
  heads.state(station, said(reading, dso.thumbprint, 1), said(reading, emsp.thumbprint, 1))
  for (let i = 1; i < limits.sealReadersMax; i++)
    heads.state(station, said(reading, `reader-${i}`, 1))
  expect([dso, emsp].map((each) => heads.told(each, 'reading'))).toEqual([[], [[1, 1]]])
})

test('an author states nothing of what it may not say, nor of the future', () => {
  const heads = book()
  heads.state(emsp, said(reading, dso.thumbprint, 1))
  heads.state(station, { ...said(reading, dso.thumbprint, 3), last: 2 })
  heads.state(station, said(reading, 'everyone', 1), said(maskKey, dso.thumbprint, 1))
  heads.state(csms, said(load, dso.thumbprint, 1))
  const skewed = at(21) + limits.clockSkewMillisMax
  heads.state(station, { ...said(reading, dso.thumbprint, 1), lastAt: skewed })
  heads.state(station, { ...said(reading, dso.thumbprint, 1), at: skewed })
  const ungranted = book(false)
  ungranted.state(station, said(reading, dso.thumbprint, 1))
  const kinds = ['reading', 'maskKey', 'load'] as const
  for (const each of [heads, ungranted]) expect(each.read(dso, kinds).heads).toEqual([])
})

test('whoever asks again is told of what has changed, and of all where the key server began anew', () => {
  const heads = book()
  const topics = Array.from({ length: limits.headsPerRequestMax + 1 }, (_, i) =>
    topicOf('reading', `home-${i}`),
  )
  heads.state(station, ...topics.map((topic) => said(topic, dso.thumbprint, 1)))
  const first = heads.read(dso, ['reading', 'load'])
  expect([first.heads.length, first.more]).toEqual([limits.headsPerRequestMax, true])
  const second = heads.read(dso, ['reading', 'load'], first.next)
  expect([second.heads.length, second.more]).toEqual([1, false])
  expect(heads.read(dso, ['reading'], second.next).heads).toEqual([])
  heads.state(station, said(topicOf('reading', 'home-7'), dso.thumbprint, 2))
  expect(heads.read(dso, ['reading'], second.next).heads).toMatchObject([
    { topic: topicName(topicOf('reading', 'home-7')), first: 2, last: 2 },
  ])
  expect(heads.read(dso, ['reading'], second.next, 'earlier').more).toBe(true)
})

test('an author keeps so many and no more; what has expired makes room', () => {
  const heads = book(true, 'run', 3)
  for (const id of ['one', 'two', 'three'])
    heads.state(station, said(topicOf('masked', id), dso.thumbprint, 1))
  heads.state(station, said(reading, dso.thumbprint, 1))
  expect(heads.told(dso, 'reading')).toEqual([])
  heads.pass(3_600)
  expect(heads.told(dso, 'masked')).toEqual([])
  heads.state(station, said(reading, dso.thumbprint, 1))
  expect(heads.told(dso, 'reading')).toEqual([[1, 1]])
})

test('an author in a group that states nothing is silent, until it states that it is there', () => {
  const heads = book()
  const silent = () => heads.read(dso, ['load']).silent.map(({ by }) => by)
  expect(silent()).toEqual([])
  heads.pass(limits.authorSilentMillis / 1_000)
  expect(silent()).toEqual([csms.thumbprint])
  expect(heads.read(otherCsms, ['load']).silent).toEqual([])
  expect(heads.read(dso, ['reading']).silent).toEqual([])
  heads.state(csms)
  expect(silent()).toEqual([])
})
