import type { Location, Message } from 'macaw-client';
import { FileIcon } from './icons.tsx';
import { useTexts } from './language.ts';
import type { Texts } from './texts/en.ts';

/** Files that this tab sends, by key of the message. They are shown at once, without a download. */
const previews = new Map<string, string>();

export const keepPreview = (key: string, file: Blob) => previews.set(key, URL.createObjectURL(file));

/** A message in one line. */
export function previewOf(message: Message, texts: Texts): string {
  if (message.recalled !== undefined) return texts.recalled;
  if (message.media !== 'text') return texts[message.media];
  return isFile(message) ? `${texts.file}: ${message.remark}` : message.body;
}

/** A text with a URL and a name is a file of another type. The body is empty while the file is sent. */
const isFile = ({ media, body, remark }: Message) =>
  media === 'text' && remark !== undefined && (body === '' || body.includes('/attachments/'));

/**
 * The URL of the file. Attachments have the host name of this page; locally, the page can also be opened at another
 * name of this machine.
 */
function urlOf({ key, body }: Message): string {
  const preview = previews.get(key);
  if (preview !== undefined) return preview;
  if (!URL.canParse(body)) return '';
  const url = new URL(body);
  return url.pathname.startsWith('/attachments/') ? url.pathname : url.href;
}

/** The text or file of a message. */
export function MessageContent({ message }: { message: Message }) {
  const texts = useTexts();
  const { media, body, remark } = message;
  if (media === 'location') return <Place body={body} />;
  if (media === 'custom') return <p className="text">{texts.custom}</p>;
  const url = urlOf(message);
  const name = remark || (media === 'text' ? texts.file : texts[media]);
  if (media === 'text' && !isFile(message)) return <p className="text">{withLinks(body)}</p>;
  // Another device of the user sends the file, or an earlier run of the page.
  if (url === '') return <p className="text">{name}</p>;
  switch (media) {
    case 'image':
      return (
        <a href={url} target="_blank" rel="noreferrer">
          <img src={url} alt={name} loading="lazy" />
        </a>
      );
    case 'audio':
      // biome-ignore lint/a11y/useMediaCaption: users record no captions.
      return <audio controls src={url} aria-label={name} />;
    case 'video':
      // biome-ignore lint/a11y/useMediaCaption: users record no captions.
      return <video controls playsInline preload="metadata" src={url} aria-label={name} />;
    default:
      return (
        <a className="file" href={url} download={name}>
          <FileIcon /> {name}
        </a>
      );
  }
}

/** A place, as a link to a map. */
function Place({ body }: { body: string }) {
  const texts = useTexts();
  // The server accepts only such JSON.
  const { lat, lng, name }: Location = JSON.parse(body);
  const coordinates = `${lat.toFixed(5)}, ${lng.toFixed(5)}`;
  const map = `https://www.openstreetmap.org/?mlat=${lat}&mlon=${lng}#map=15/${lat}/${lng}`;
  return (
    <p className="text">
      {texts.location}:{' '}
      <a href={map} target="_blank" rel="noreferrer">
        {name ? `${name} (${coordinates})` : coordinates}
      </a>
    </p>
  );
}

const LINK = /(https?:\/\/[^\s<>"]+)/;

/** Every second part of the split is a link. */
function withLinks(text: string) {
  return text.split(LINK).map((part, n) =>
    n % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text never change.
      <a key={n} href={part} target="_blank" rel="noreferrer">
        {part}
      </a>
    ) : (
      part
    ),
  );
}
