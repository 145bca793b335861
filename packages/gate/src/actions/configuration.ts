import {
  installableCertificates,
  randomDelayVariable,
  securityProfileMin,
  settableVariables,
} from '@interlock/contract'
import { Type } from 'typebox'
import type { VariableValue } from '../setting.ts'
import { actionRow, forbidden } from './row.ts'
import { evseId, exactly, identifier, text, whole } from './schema.ts'

export const reset = actionRow({
  schema: exactly({
    type: Type.Union([Type.Literal('Immediate'), Type.Literal('OnIdle')]),
    evseId: Type.Optional(evseId),
  }),
  movesLoad: true,
  override: 'refuse',
  setting: ({ type, evseId: evse }) => ({
    kind: 'reset',
    evse: evse ?? 0,
    immediate: type === 'Immediate',
  }),
})

export const changeAvailability = actionRow({
  schema: exactly({
    operationalStatus: Type.Union([Type.Literal('Operative'), Type.Literal('Inoperative')]),
    evse: Type.Optional(exactly({ id: evseId, connectorId: Type.Optional(whole(1, 99)) })),
  }),
  movesLoad: true,
  override: 'refuse',
  setting: ({ operationalStatus, evse }) => ({
    kind: 'availability',
    evse: evse?.id ?? 0,
    operative: operationalStatus === 'Operative',
  }),
})

/** Firmware comes signed, with the certificate to check it by (L01); activation restarts the station. */
export const updateFirmware = actionRow({
  schema: exactly({
    requestId: identifier,
    retries: Type.Optional(whole(0, 10)),
    retryInterval: Type.Optional(whole(0, 86_400)),
    firmware: exactly({
      location: text(512),
      retrieveDateTime: text(40),
      installDateTime: text(40),
      signingCertificate: text(5_500),
      signature: text(800),
    }),
  }),
  movesLoad: true,
  override: 'refuse',
  setting: () => ({ kind: 'configuration' }),
})

export const installCertificate = actionRow({
  schema: exactly({ certificateType: text(40), certificate: text(5_500) }),
  movesLoad: false,
  override: 'ignore',
  setting: ({ certificateType }, { role }) =>
    (installableCertificates[role] ?? []).includes(certificateType)
      ? { kind: 'configuration' }
      : forbidden(`certificate type ${certificateType}`),
})

export const deleteCertificate = actionRow({
  schema: exactly({
    certificateHashData: exactly({
      hashAlgorithm: Type.Literal('SHA256'),
      issuerNameHash: text(128),
      issuerKeyHash: text(128),
      serialNumber: text(40),
    }),
  }),
  movesLoad: false,
  override: 'ignore',
  setting: () => ({ kind: 'configuration' }),
})

export const setNetworkProfile = actionRow({
  schema: exactly({
    configurationSlot: identifier,
    connectionData: Type.Object(
      {
        securityProfile: whole(securityProfileMin, 3),
        ocppCsmsUrl: Type.String({ pattern: '^wss://', maxLength: 512 }),
      },
      { additionalProperties: true },
    ),
  }),
  movesLoad: false,
  override: 'ignore',
  setting: () => ({ kind: 'configuration' }),
})

export const setVariables = actionRow({
  schema: exactly({
    setVariableData: Type.Array(
      exactly({
        attributeType: Type.Optional(Type.Literal('Actual')),
        attributeValue: Type.String({ pattern: '^(0|[1-9][0-9]{0,8})$' }),
        component: exactly({ name: text(50) }),
        variable: exactly({ name: text(50) }),
      }),
      { minItems: 1, maxItems: 16 },
    ),
  }),
  movesLoad: false,
  override: 'ignore',
  setting: ({ setVariableData }) => {
    const values = setVariableData.map(({ component, variable, attributeValue }) => ({
      component: component.name,
      variable: variable.name,
      value: Number(attributeValue),
    }))
    const bad = values.find((each) => !isSettable(each))
    return bad === undefined
      ? { kind: 'variables', values }
      : forbidden(`${bad.component}.${bad.variable} ${bad.value}`)
  },
})

/** The upper end of the random delay is a matter of gate 4, which knows its law. */
function isSettable({ component, variable, value }: VariableValue): boolean {
  const row = settableVariables.find(
    (each) => each.component === component && each.variable === variable,
  )
  if (row === undefined || value < row.min) return false
  return row === randomDelayVariable || value <= row.max
}
