/** A file in the folder of the handler, and its media type. */
export interface ServedFile {
  readonly name: string;
  readonly type: string;
}

/** The served files by path. All other paths return 404. */
export const SERVED_FILES: ReadonlyMap<string, ServedFile> = new Map([
  ['/openapi.json', { name: 'openapi.json', type: 'application/json' }],
  ['/docs', { name: 'index.html', type: 'text/html; charset=utf-8' }],
  ['/docs/start.js', { name: 'start.js', type: 'text/javascript; charset=utf-8' }],
  ['/docs/swagger-ui.css', { name: 'swagger-ui.css', type: 'text/css; charset=utf-8' }],
  ['/docs/swagger-ui-bundle.js', { name: 'swagger-ui-bundle.js', type: 'text/javascript; charset=utf-8' }],
]);
