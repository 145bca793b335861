import { problem, type Endpoint } from '@interlock/host'
import { parseEui64 } from '@interlock/kernel'
import { Type, type Static } from 'typebox'
import { userRoles } from './eligibility.ts'
import { mayMoveDevice, moveDevice } from './move-device.ts'
import type { ServiceParts } from './parts.ts'

/**
 * `PUT /api/v1/devices/{eui}/status`. Pre-notification and decommissioning are none of these: they are service
 * requests, 12.2 and 8.3, signed and counted for thresholds, and there is no way past that.
 */
const StatusOrder = Type.Object(
  {
    move: Type.Union([
      Type.Literal('whitelist'),
      Type.Literal('install'),
      Type.Literal('commission'),
      Type.Literal('suspend'),
      Type.Literal('restore'),
    ]),
  },
  { additionalProperties: false },
)
type StatusOrder = Static<typeof StatusOrder>

export const deviceEndpoints = (parts: ServiceParts): readonly Endpoint[] => [
  {
    // Whoever reads it verifies it up to the root: a user believes a device's key, and not the data company.
    method: 'GET',
    url: '/api/v1/devices/:eui/certificate',
    roles: userRoles,
    handle({ params }) {
      const eui = parseEui64(params['eui'] ?? '')
      const device = eui && parts.inventory.device(eui)
      return device === undefined
        ? problem('DeviceUnknown')
        : { status: 200, body: device.certificate.chainPem, type: 'application/x-pem-file' }
    },
  },
  {
    method: 'PUT',
    url: '/api/v1/devices/:eui/status',
    roles: ['supplier', 'dsrsp', 'supervisor'],
    body: StatusOrder,
    async handle({ params, body, peer }) {
      const { move } = body as StatusOrder
      const eui = parseEui64(params['eui'] ?? '')
      const kind = eui && parts.inventory.kind(eui)
      if (eui === undefined || kind === undefined) return problem('DeviceUnknown')
      const device = { eui, kind }
      if (!mayMoveDevice(peer, device, move, parts.inventory))
        return problem('NotPermitted', `${move} of a ${kind}`)
      const moved = await moveDevice(device, move, peer, parts)
      return moved.ok
        ? { status: 200, body: { status: moved.value } }
        : problem('DeviceState', `${moved.reason} ${moved.detail ?? ''}`.trim())
    },
  },
]
