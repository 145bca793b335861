import { limits, topicName, type Topic } from '@interlock/contract'
import { Fault } from '@interlock/kernel'

export const carrierFull = (topic: Topic, cause?: unknown): Fault =>
  new Fault('CarrierFull', `${topicName(topic)}: the carrier keeps as much as it may`, {
    cause,
    remedy: 'publish again later; what is old is forgotten in time',
  })
export const tooLargeToCarry = (topic: Topic): Fault =>
  new Fault('MessageTooLarge', `${topicName(topic)}: more than ${limits.frameBytesMax} bytes`, {
    remedy: 'publish less at once',
  })
export const notCarried = (topic: Topic): Fault =>
  new Fault('NotCarried', `${topicName(topic)} does not leave its process`)
