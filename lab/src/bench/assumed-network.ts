import type { NetworkModel } from '@interlock/hub'

/**
 * A smart-meter network as it may be: no figure of the national one is published in a form that could be used here. The
 * wide area takes seconds, the radio of a home tenths of one, and both lose some messages, which are sent again.
 */
export const assumedNetwork: NetworkModel = {
  wan: [
    {
      p50Millis: 1_000,
      p99Millis: 3_000,
      lossPercent: 1,
      tries: 3,
      retryMillis: 2_000,
      outages: [],
    },
  ],
  han: { p50Millis: 50, p99Millis: 300, lossPercent: 2, tries: 3, retryMillis: 200, outages: [] },
}
