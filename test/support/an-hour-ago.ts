/** For what must be recent: MongoDB deletes dead letters that are old, once a minute, in the midst of a test. No round second. */
export const anHourAgo = () => new Date(new Date().setUTCMilliseconds(123) - 3_600_000);
