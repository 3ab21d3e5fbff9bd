/**
 * Returns a recent time with odd milliseconds. It is recent because MongoDB deletes old dead letters once a minute,
 * perhaps during a test.
 */
export const anHourAgo = () => new Date(new Date().setUTCMilliseconds(123) - 3_600_000);
