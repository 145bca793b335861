export { connectNats, type NatsTls } from './connect-nats.ts'
export { natsCarrier } from './nats-carrier.ts'
export { prepareStreams, type StreamOptions } from './streams.ts'
