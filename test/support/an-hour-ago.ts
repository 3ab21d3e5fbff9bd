/**
 * A recent time with odd milliseconds. MongoDB deletes old dead letters once a minute, which could happen
 * during a test.
 */
export const anHourAgo = () => new Date(new Date().setUTCMilliseconds(123) - 3_600_000);
