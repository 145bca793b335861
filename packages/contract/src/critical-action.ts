import { vendorId } from './arms.ts'

/**
 * The name under which the tables know a message. It is the OCPP action, but for what this system
 * carries inside DataTransfer (`vendorId` {@link vendorId}), which is known by its `messageId`.
 */
export function tableAction(action: string, payload: unknown): string {
  if (action !== 'DataTransfer' || typeof payload !== 'object' || payload === null) return action
  const { vendorId: vendor, messageId } = payload as { vendorId?: unknown; messageId?: unknown }
  return vendor === vendorId && messageId === 'FrequencyCurve' ? messageId : action
}
