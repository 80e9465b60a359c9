/** Times and layers of a checkup in words. */

/** "0.4 ms", "38 ms", "5.0 s": two figures are enough for a person, and units stay with their number. */
export function milliseconds(value: number): string {
  if (value < 0.05) return "0 ms";
  if (value < 9.95) return `${value.toFixed(1)} ms`;
  if (value < 999.5) return `${Math.round(value)} ms`;
  return `${(value / 1000).toFixed(1)} s`;
}

/** The sum of what was measured. */
export function total(steps: readonly { readonly milliseconds: number | null }[]): number {
  return steps.reduce((sum, step) => sum + (step.milliseconds ?? 0), 0);
}
