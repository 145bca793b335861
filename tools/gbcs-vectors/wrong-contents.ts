import { euiBytes, toHex, type Eui64 } from '@interlock/kernel'
import { identities, keys, malformed, malformedUnsigned } from './parties.ts'
import {
  clockSetting,
  newController,
  readConfiguration,
  readOperation,
  readProfile,
  readShown,
  readConsumption,
  readTariff,
  response,
} from './samples.ts'

/** Contents that their message code does not prescribe, of the use cases whose contents hold little. */
const open = `090c${'ff'.repeat(9)}8000ff`
const hexOf = (eui: Eui64): string => toHex(euiBytes(eui))
const nothing = '00'.repeat(7)
export const wrongContents = [
  {
    name: 'pre-authorisation with the script of an on-demand arm',
    message: malformed(response, '0a006b', '0a0067', keys.dsrsp),
    field: 'script of the level',
  },
  {
    name: 'pre-authorisation for a level of 101',
    message: malformed(response, '122132', '122165', keys.dsrsp),
    field: 'direction, controller and level',
  },
  {
    name: 'time of the clock from another source than the network',
    message: malformed(clockSetting, '051605', '051604', keys.supplier),
    field: 'source of the clock',
  },
  {
    name: 'time of the clock that is preset and not left to the device',
    message: malformed(clockSetting, open, '090c07ea0105ff120000008000ff', keys.supplier),
    field: 'preset time itself',
  },
  {
    name: 'time of the clock with another method than its adjustment',
    message: malformed(clockSetting, 'ff0401', 'ff0601', keys.supplier),
    field: 'adjust to the preset time',
  },
  {
    name: 'certificates of a load controller in the mode of a supplier',
    message: malformed(newController, '02010ba2', '020102a2', keys.supplier),
    field: 'mode of the replacement',
  },
  {
    name: 'read of the controllers that asks for one that there is not',
    message: malformedUnsigned(readConfiguration, '00005e2c000f', '00005e2c0010'),
    field: 'description of controller 5',
  },
  {
    name: 'read of the controllers that sets in place of reading',
    message: malformedUnsigned(readConfiguration, '01000100005e2c000b', '02000100005e2c000b'),
    field: 'description of controller 1',
  },
  {
    name: 'read of the controllers with a value for what is read',
    message: malformedUnsigned(
      readConfiguration,
      `ff0207${nothing}`,
      `ff0207${nothing.slice(2)}01`,
    ),
    field: 'nothing for what is read',
  },
  {
    name: 'read of their operation that asks for another attribute',
    message: malformedUnsigned(readOperation, '00005e2c002302', '00005e2c002303'),
    field: 'state of controller 5',
  },
  {
    name: 'read of the tariff shown that asks for the prices to come in place of those in force',
    message: malformedUnsigned(readShown, '0000131400ff05', '0000131400ff06'),
    field: 'prices',
  },
  {
    name: 'read of the tariff shown that asks for another attribute than the price',
    message: malformedUnsigned(readShown, '00005e2c010702', '00005e2c010704'),
    field: 'price of now',
  },
  {
    name: 'read of the tariff that begins as another content',
    message: malformedUnsigned(readTariff, 'f00201f2', 'f00201f1'),
    field: 'read of the tariff',
  },
  {
    name: 'read of half-hours of another object than active import',
    message: malformedUnsigned(readProfile, '0000630100ff', '0000630101ff'),
    field: 'profile of active import',
  },
  {
    name: 'read of half-hours that asks for them to be authenticated alone',
    message: malformedUnsigned(readProfile, '02021602020509', '02021601020509'),
    field: 'encrypted for its reader',
  },
  {
    name: 'read of half-hours that are to be encrypted for another',
    message: malformedUnsigned(
      readProfile,
      `0908${hexOf(readProfile.originator)}0908`,
      `0908${hexOf(identities.dsrsp)}0908`,
    ),
    field: 'parties',
  },
  {
    name: 'read of half-hours until before they begin',
    message: malformedUnsigned(readProfile, '07ea0106ff', '07ea0104ff'),
    field: 'parameters',
  },
  {
    name: 'read of the consumption that begins as another content',
    message: malformedUnsigned(readConsumption, 'f00701f7', 'f00701f6'),
    field: 'read of the consumption',
  },
].map((vector) => ({ ...vector, reason: 'ContentMalformed' }))
