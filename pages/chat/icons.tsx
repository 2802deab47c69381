/** Icons are drawn, because fonts differ in the symbols that they have. The text beside them names them. */
const icon = (path: string) => () => (
  <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
    <path d={path} />
  </svg>
);

export const ClipIcon = icon('M20 11.5l-8 8a5 5 0 0 1-7-7l8.5-8.5a3.5 3.5 0 0 1 5 5L10 17.5a2 2 0 0 1-3-3l7.5-7.5');
export const FileIcon = icon('M6 3h8l5 5v13H6zM14 3v5h5');
export const BackIcon = icon('M15 5l-7 7 7 7');
