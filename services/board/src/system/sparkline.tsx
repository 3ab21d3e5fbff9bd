/** Height of the picture in units of its own; a bar is 3 wide, with 1 between two. */
const HEIGHT = 40;
const STEP = 4;

/** One bar for each count, the highest as high as the picture; what it shows is told in words by `label`. */
export function Sparkline({ counts, label }: { counts: readonly number[]; label: string }) {
  const top = Math.max(1, ...counts);
  const bars = counts.map((count, n) => {
    // whatever is not nothing is seen
    const height = count === 0 ? 0 : Math.max(2, (count / top) * HEIGHT);
    return `M${n * STEP} ${HEIGHT}v${-height}h3v${height}z`;
  });
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${counts.length * STEP} ${HEIGHT + 1}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <path class="ground" d={`M0 ${HEIGHT}h${counts.length * STEP}v1h-${counts.length * STEP}z`} />
      <path d={bars.join("")} />
    </svg>
  );
}
