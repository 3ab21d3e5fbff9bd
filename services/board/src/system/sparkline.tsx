/** The height of the picture in its own units. A bar is 3 wide, with 1 between two bars. */
const HEIGHT = 40;
const STEP = 4;

/** One bar for each count; the highest bar fills the height. `label` describes the picture in words. */
export function Sparkline({ counts, label }: { counts: readonly number[]; label: string }) {
  const top = Math.max(1, ...counts);
  const bars = counts.map((count, n) => {
    // a count above zero is always visible
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
