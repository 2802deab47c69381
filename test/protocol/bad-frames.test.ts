import { describe, expect, it } from 'vitest';
import { receive } from '../../functions/protocol/index.ts';
import { BAD_FRAMES } from './bad-frames.ts';

describe.each([3, 4] as const)('with Engine.IO %i', (eio) => {
  it.each(BAD_FRAMES)('%s is invalid', (_wrong, frame) => {
    const incoming = receive(eio, frame);
    expect(incoming.kind).toBe('invalid');
    // The reason is a fixed text that contains no part of the frame.
    expect(incoming).toHaveProperty('reason', expect.stringMatching(/^(A|An|Binary|Only|The) [^{["]+\.$/));
  });

  it('a reason repeats nothing that the client sent', () => {
    for (const frame of ['<script>', '4<script>', '40"<script>"', '42["connect","<script>"]', '42<script>']) {
      const incoming = receive(eio, frame);
      expect(incoming.kind).toBe('invalid');
      expect(JSON.stringify(incoming)).not.toContain('script');
    }
  });

  it('nesting without end is read or refused, but never thrown about', () => {
    const depth = 400_000;
    const text = `42["message",${'['.repeat(depth)}${']'.repeat(depth)}]`;
    expect(['event', 'invalid']).toContain(receive(eio, text).kind);
    expect(receive(eio, text.slice(0, depth)).kind).toBe('invalid');
  });
});
