import type { Finding } from '@interlock/driver'
import { silentLog } from '@interlock/host'
import { Fault, inHours, instant, ok, refused, stationId, toIso } from '@interlock/kernel'
import type { IdTokenInfoType } from '@interlock/ocpp'
import { describe, expect, test } from 'vitest'
import type { Command, Commands } from '../commands.ts'
import type { CsmsConfig } from '../config.ts'
import type { Context } from '../context.ts'
import type { Fact } from '../core/facts.ts'
import { misusedCards } from '../core/misused-cards.ts'
import { tokensInUse } from '../core/tokens-in-use.ts'
import { keepCardFindings } from './card-findings.ts'
import { judgeDriver } from './judge-driver.ts'
import { restoreMisuses, settleMisuse } from './kept-misuses.ts'

const station = stationId('CS-1')
const begin = instant(Date.parse('2026-01-12T20:00:00Z'))
const uid = '04A1B2C3D4E5F6'
const card = { idToken: uid, type: 'ISO14443' as const }
const finding = (number: number, kind: string, change: Partial<Finding> = {}): Finding => ({
  number,
  kind,
  at: begin - 1_000,
  uid,
  station,
  operator: '00-00-00-00-00-00-00-01',
  issuer: 'NL*ILK',
  ...change,
})

/** A CSMS with a register that finds that, and a standard station that charges with the card. */
function csms(
  findings: readonly Finding[],
  config: Pick<CsmsConfig, 'clonedCharge'> = {},
  facts: Fact[] = [],
) {
  const state = {
    now: begin,
    isAway: false,
    says: ok('HEARSAY') as ReturnType<typeof refused> | ReturnType<typeof ok>,
  }
  const sent: Command[] = []
  const records: Record<string, unknown>[] = []
  const record = (kind: string, data: object) => void records.push({ kind, ...data })
  const answered = <T>(value: T): Promise<T> =>
    state.isAway ? Promise.reject(new Fault('PeerUnavailable', 'away')) : Promise.resolve(value)
  const drivers = {
    see: () => answered(state.says),
    findings: (after: number) =>
      answered(findings.filter(({ number }) => number > after).slice(0, 2)),
  }
  const inUse = tokensInUse()
  const view = { record: { trust: 'standard', evse: 1 }, running: new Map() }
  const context = {
    config,
    drivers,
    inUse,
    misused: misusedCards(),
    views: new Map([[station, view]]),
    sessions: new Map([[station, {}]]),
    audit: { record, critical: record },
    deps: {
      clock: { now: () => state.now, after: () => ({ cancel: () => undefined }) },
      log: silentLog,
    },
    known: {
      put: (put: readonly Fact[]) => {
        for (const fact of put) {
          const at = facts.findIndex(
            (each) =>
              each.stationId === fact.stationId && each.kind === fact.kind && each.key === fact.key,
          )
          facts.splice(at < 0 ? facts.length : at, at < 0 ? 0 : 1, fact)
        }
        return Promise.resolve()
      },
      find: (_: string, kind: string) => Promise.resolve(facts.find((each) => each.kind === kind)),
      ofKind: (kind: string) => Promise.resolve(facts.filter((each) => each.kind === kind)),
      ofStations: (_: unknown, kind: string, key: string) =>
        Promise.resolve(facts.filter((each) => each.kind === kind && each.key === key)),
    },
  } as unknown as Context & { readonly drivers: NonNullable<Context['drivers']> }
  const commands: Pick<Commands, 'send'> = {
    send: (command) => {
      sent.push(command)
      return Promise.resolve({ status: 'Accepted' })
    },
  }
  const own = { info: { status: 'Accepted' } as IdTokenInfoType, isOperators: true }
  return {
    context,
    state,
    sent,
    records,
    facts,
    inUse,
    open: () => keepCardFindings(context, commands as Commands, 'cards'),
    authorise: () => judgeDriver(context, station, card, own),
    actions: () => sent.map(({ action }) => action),
  }
}
const rounds = async (at: ReturnType<typeof csms>): Promise<void> => {
  const cards = at.open()
  await cards.round()
  await cards.close()
}

describe('a card that was cloned', () => {
  test('attack: with the register cut off, a clone is let in by what is remembered of its card', async () => {
    // Nobody has read what the register found: the card is remembered as good, and so its clone is.
    const unread = csms([finding(1, 'ClonedCard')])
    unread.state.isAway = true
    expect(await unread.authorise()).toEqual({ status: 'Accepted' })

    const at = csms([finding(1, 'ClonedCard')])
    await rounds(at)
    at.state.isAway = true
    expect(await at.authorise()).toEqual({ status: 'Blocked', cacheExpiryDateTime: toIso(begin) })
    expect(at.records).toContainEqual(expect.objectContaining({ reason: 'CardMisused' }))
  })

  test('is told in a sentence, in the state and in the audit trail, and is known after a restart', async () => {
    const at = csms([finding(1, 'ClonedCard')])
    await rounds(at)
    const sentence =
      `Card ${uid} charges at no station until its issuer changes it: ` +
      'two cards answer with its key (ClonedCard, last at CS-1).'
    expect(at.records).toContainEqual({ kind: 'ClonedCard', uid, station, sentence })
    expect(at.facts).toMatchObject([{ kind: 'cardFinding', key: uid, value: { sentence } }])
    const again = csms([finding(1, 'ClonedCard')], {}, at.facts)
    await restoreMisuses(again.context)
    again.state.isAway = true
    expect((await again.authorise()).status).toBe('Blocked')
    expect(again.context.misused.latest).toBe(1)
  })

  test.each([
    ['mark', [], 'Marked'],
    ['end', ['RequestStopTransaction'], 'Ended'],
  ] as const)('a charge that runs with it: %s', async (clonedCharge, actions, did) => {
    const at = csms([finding(1, 'ClonedCard')], { clonedCharge })
    at.inUse.begins(card, { stationId: station, transactionId: 'T1' })
    await rounds(at)
    expect(at.actions().filter((each) => each !== 'ClearCache')).toEqual(actions)
    const charges = [{ station, transaction: 'T1', did }]
    expect(at.facts).toMatchObject([{ value: { charges } }])
    expect(at.records).toContainEqual(expect.objectContaining({ transaction: 'T1', did }))
  })

  test('nobody’s charge is ended for what rests on a word or a number', async () => {
    const found = [finding(1, 'ImpossibleTravel'), finding(2, 'CopiedNumber')]
    const at = csms(found, { clonedCharge: 'end' })
    at.inUse.begins(card, { stationId: station, transactionId: 'T1' })
    await rounds(at)
    expect(at.actions()).not.toContain('RequestStopTransaction')
  })

  test('stations forget it: their caches once an hour at most, and it leaves their lists', async () => {
    const list = { stationId: station, at: 0 }
    const at = csms(
      [finding(1, 'ClonedCard'), finding(2, 'CopiedNumber', { uid: '04FFFFFF' })],
      {},
      [
        { ...list, kind: 'localList', key: 'list', value: { version: 4 } },
        { ...list, kind: 'localListEntry', key: `ISO14443/${uid.toLowerCase()}`, value: {} },
      ],
    )
    await rounds(at)
    expect(at.actions()).toEqual(['ClearCache', 'SendLocalList'])
    expect(at.sent[1]?.payload).toEqual({
      versionNumber: 5,
      updateType: 'Differential',
      localAuthorizationList: [{ idToken: card }],
    })
    const cards = at.open()
    await cards.round()
    at.state.now = instant(begin + inHours(1))
    await cards.round()
    await cards.close()
    expect(at.actions().filter((each) => each === 'ClearCache').length).toBeGreaterThan(1)
  })

  test('its issuer’s newer word settles it, and nobody else’s', async () => {
    const at = csms([finding(1, 'ClonedCard')])
    await rounds(at)
    const status = async (issuer: string | undefined, saidAt: number) => {
      await settleMisuse(at.context, {
        uid,
        at: instant(saidAt),
        ...(issuer === undefined ? {} : { issuer }),
      })
      return (await at.authorise()).status
    }
    expect(await status('NL*XXX', begin)).toBe('Blocked')
    expect(await status('NL*ILK', begin - 1_000)).toBe('Blocked')
    expect(await status('NL*ILK', begin)).toBe('Accepted')
    // The finding is not read once more.
    await rounds(at)
    expect((await at.authorise()).status).toBe('Accepted')
  })
})

describe('a number that was misused', () => {
  test.each(['CopiedNumber', 'ConcurrentUse', 'CountOutOfOrder', 'TokenGuessed'])(
    '%s: attack: what is remembered lets it in while the register is away',
    async (kind) => {
      const unread = csms([finding(1, kind)])
      unread.state.isAway = true
      expect((await unread.authorise()).status).toBe('Accepted')
      const at = csms([finding(1, kind)])
      await rounds(at)
      at.state.isAway = true
      expect((await at.authorise()).status).toBe('Invalid')
      // The true card charges by the register's word, which no station keeps.
      at.state.isAway = false
      const cacheExpiryDateTime = toIso(begin)
      expect(await at.authorise()).toEqual({ status: 'Accepted', cacheExpiryDateTime })
      at.state.isAway = true
      at.state.now = instant(begin + inHours(24))
      expect((await at.authorise()).status).toBe('Accepted')
    },
  )

  test('a lesser finding lightens none before it; what is of the reader alone blocks no card', async () => {
    const at = csms([
      finding(1, 'ClonedCard'),
      finding(2, 'CopiedNumber'),
      finding(3, 'ReaderGuessed'),
    ])
    await rounds(at)
    expect((await at.authorise()).status).toBe('Blocked')
    const reader = csms([finding(1, 'ReaderGuessed')])
    await rounds(reader)
    expect(await reader.authorise()).toEqual({ status: 'Accepted' })
    expect(reader.records).toMatchObject([{ sentence: expect.stringContaining('turned it away') }])
  })
})
