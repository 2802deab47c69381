interface AvatarProps {
  readonly id: string;
  /** Undefined if it is not known. */
  readonly isOnline?: boolean | undefined;
}

const HUES = 6;

/** The first letter in a color of its own. Next to it stands the name, so screen readers skip it. */
export function Avatar({ id, isOnline }: AvatarProps) {
  const hue = [...id].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0) % HUES;
  return (
    <span className="avatar" data-hue={hue} data-online={isOnline} aria-hidden="true">
      {[...id][0]?.toUpperCase()}
    </span>
  );
}
