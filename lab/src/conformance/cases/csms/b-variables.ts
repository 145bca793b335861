import type { Request, Response } from '@interlock/ocpp'
import { csmsCase } from '../../csms/case.ts'
import { without } from '../../match.ts'

type Wanted = Request<'GetVariables'>['getVariableData'][number]
type Set = Request<'SetVariables'>['setVariableData'][number]

const offlineThreshold = {
  component: { name: 'OCPPCommCtrlr' },
  variable: { name: 'OfflineThreshold' },
} as const
const remoteStart = {
  component: { name: 'AuthCtrlr' },
  variable: { name: 'AuthorizeRemoteStart' },
} as const
const limit = (name: 'ItemsPerMessage' | 'BytesPerMessage', instance: string): Wanted => ({
  component: { name: 'DeviceDataCtrlr' },
  variable: { name, instance },
})

/** Answers with the value that the case's station has. */
const reading = (values: readonly (readonly [Wanted, string])[]): Response<'GetVariables'> => ({
  getVariableResult: values.map(([wanted, attributeValue]) => ({
    ...wanted,
    attributeStatus: 'Accepted',
    attributeType: 'Actual',
    attributeValue,
  })),
})
const asked = (...wanted: readonly Wanted[]): Request<'GetVariables'> => ({
  getVariableData: [...wanted],
})
const setting = (...data: readonly Set[]): Request<'SetVariables'> => ({
  setVariableData: [...data],
})

export const variables = [
  csmsCase('TC_B_06_CSMS', async ({ station, csms }) => {
    await station.boots()
    station.answers('GetVariables', reading([[offlineThreshold, '317']]))
    await csms.sends('GetVariables', asked(offlineThreshold))
    await csms.knowsOf('variables', { ...offlineThreshold, value: '317' })
  }),

  csmsCase('TC_B_07_CSMS', async ({ station, csms }) => {
    await station.boots()
    station.answers(
      'GetVariables',
      reading([
        [offlineThreshold, '318'],
        [remoteStart, 'true'],
      ]),
    )
    await csms.sends('GetVariables', asked(offlineThreshold, remoteStart))
    await csms.knowsOf('variables', { ...offlineThreshold, value: '318' })
    await csms.knowsOf('variables', { ...remoteStart, value: 'true' })
  }),

  csmsCase('TC_B_08_CSMS', async ({ station, csms, steps }) => {
    await station.boots()
    const most = limit('ItemsPerMessage', 'GetVariables')
    station.answers('GetVariables', reading([[most, '4']]))
    await csms.sends('GetVariables', asked(most))
    await csms.knowsOf('variables', { ...most, value: '4' })
    const five = [
      limit('ItemsPerMessage', 'GetReport'),
      most,
      limit('BytesPerMessage', 'GetReport'),
      limit('BytesPerMessage', 'GetVariables'),
      remoteStart,
    ]
    station.answers('GetVariables', ({ getVariableData }) =>
      reading(getVariableData.map((wanted) => [wanted, '4'] as const)),
    )
    const whole = reading(five.map((wanted) => [wanted, '4'] as const))
    const first = await csms.sends('GetVariables', asked(...five), {}, whole)
    const second = await station.isSent('GetVariables')
    const sizes = [first, second].map(({ getVariableData }) => getVariableData.length)
    steps.expect(
      'no request asks for more than four',
      [4, 1],
      sizes.toSorted((a, b) => b - a),
    )
  }),

  csmsCase('TC_B_09_CSMS', async ({ station, csms }) => {
    await station.boots()
    await csms.sends('SetVariables', setting({ ...offlineThreshold, attributeValue: '123' }))
    await csms.knowsOf('variables', { ...offlineThreshold, value: '123' })
  }),

  csmsCase('TC_B_10_CSMS', async ({ station, csms }) => {
    await station.boots()
    station.answers('SetVariables', {
      setVariableResult: [
        { ...offlineThreshold, attributeStatus: 'Accepted' },
        { ...remoteStart, attributeStatus: 'Rejected' },
      ],
    })
    await csms.sends(
      'SetVariables',
      setting(
        { ...offlineThreshold, attributeValue: '124' },
        { ...remoteStart, attributeValue: 'false' },
      ),
    )
    await csms.knowsOf('variables', { ...offlineThreshold, value: '124' })
    await csms.knows(
      'variables',
      without({ ...remoteStart, value: 'false' }),
      'the CSMS does not take a rejected value for set',
    )
  }),
]
