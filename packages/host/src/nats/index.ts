export { natsCarrier } from './nats-carrier.ts'
export { prepareStreams, type StreamOptions } from './streams.ts'
