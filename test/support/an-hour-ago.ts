/** Recent enough that MongoDB keeps what was last seen then, in whole ms as MongoDB has them, and no round second. */
export const anHourAgo = () => new Date(new Date().setUTCMilliseconds(123) - 3_600_000);
