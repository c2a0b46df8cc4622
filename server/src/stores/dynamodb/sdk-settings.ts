/**
 * Of every client. A call is answered within some milliseconds or not at all; what is not answered is asked again by the SDK
 * a few times, and then by whoever sent us the records.
 */
export const clientSettings = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
};
