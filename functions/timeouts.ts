/**
 * Timeouts of SDK clients, in ms. A call that gets no answer fails, so that it is retried or left to the next sweep.
 * Without `throwOnRequestTimeout` the SDK only logs the timeout, and one silent call would last as long as the
 * invocation. `requestTimeout` ends with the first byte of the answer; `socketTimeout` covers an answer that stops
 * halfway.
 */
export const timeouts = {
  connectionTimeout: 1000,
  requestTimeout: 5000,
  socketTimeout: 5000,
  throwOnRequestTimeout: true,
}
