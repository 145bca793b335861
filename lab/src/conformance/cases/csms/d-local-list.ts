import type { Request } from '@interlock/ocpp'
import { csmsCase } from '../../csms/case.ts'
import type { Token } from '../../csms/subject.ts'
import { absent, including, without } from '../../match.ts'

type Entry = NonNullable<Request<'SendLocalList'>['localAuthorizationList']>[number]

const listed = (idToken: Token): Entry => ({ idToken, idTokenInfo: { status: 'Accepted' } })
const entry = (idToken: Token) => ({ idToken, idTokenInfo: { status: 'Accepted' } })

const full = (versionNumber: number, ...tokens: readonly Token[]): Request<'SendLocalList'> => ({
  versionNumber,
  updateType: 'Full',
  ...(tokens.length === 0 ? {} : { localAuthorizationList: tokens.map(listed) }),
})

export const localList = [
  csmsCase('TC_D_01_CSMS', async ({ station, csms, tokens }) => {
    await station.boots()
    await csms.sends('SendLocalList', full(1, tokens.valid, tokens.master))
    await csms.knows('localList', {
      version: 1,
      entries: including(entry(tokens.valid), entry(tokens.master)),
    })
    station.answers('SendLocalList', { status: 'Failed' })
    await csms.sends('SendLocalList', full(2, tokens.valid))
    await csms.knows('localList', { version: 1 }, 'a list that failed moves no version')
  }),

  csmsCase('TC_D_02_CSMS', async ({ station, csms, tokens }) => {
    await station.boots()
    await csms.sends('SendLocalList', full(1, tokens.valid))
    await csms.sends('SendLocalList', {
      versionNumber: 2,
      updateType: 'Differential',
      localAuthorizationList: [listed(tokens.sameGroup)],
    })
    await csms.knows('localList', {
      version: 2,
      entries: including(entry(tokens.valid), entry(tokens.sameGroup)),
    })
  }),

  csmsCase('TC_D_03_CSMS', async ({ station, csms, tokens }) => {
    await station.boots()
    await csms.sends('SendLocalList', full(1, tokens.valid, tokens.sameGroup))
    await csms.sends('SendLocalList', {
      versionNumber: 2,
      updateType: 'Differential',
      localAuthorizationList: [{ idToken: tokens.valid }],
    })
    await csms.knows('localList', { version: 2, entries: including(entry(tokens.sameGroup)) })
    await csms.knows(
      'localList',
      { entries: without({ idToken: tokens.valid }) },
      'the entry is gone',
    )
  }),

  csmsCase('TC_D_04_CSMS', async ({ station, csms, tokens }) => {
    await station.boots()
    await csms.sends('SendLocalList', full(1, tokens.valid))
    await csms.knows('localList', { version: 1, entries: including(entry(tokens.valid)) })
    await csms.sends('SendLocalList', full(2), { ...full(2), localAuthorizationList: absent })
    await csms.knows('localList', { version: 2, entries: [] })
  }),

  csmsCase('TC_D_08_CSMS', async ({ station, csms }) => {
    await station.boots()
    station.answers('GetLocalListVersion', { versionNumber: 41 })
    await csms.sends('GetLocalListVersion', {})
    await csms.knows('localList', { reportedVersion: 41 })
  }),

  csmsCase('TC_D_09_CSMS', async ({ station, csms, tokens }) => {
    await station.boots()
    await csms.sends('SendLocalList', full(7, tokens.valid))
    // A station that lost its list, as after a change of hardware.
    station.answers('GetLocalListVersion', { versionNumber: 0 })
    await csms.sends('GetLocalListVersion', {})
    await csms.knows('localList', { reportedVersion: 0 })
  }),
]
