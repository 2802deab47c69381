const HOUR_MS = 60 * 60 * 1000;

/** When the period ends that was chosen in a form, in hours. Undefined when it does not end. */
export function periodEnd(data: FormData): number | undefined {
  const hours = Number(data.get('period'));
  return hours > 0 ? Date.now() + hours * HOUR_MS : undefined;
}
