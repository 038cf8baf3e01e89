import { dotPicture } from './dot.ts';
import { mermaidPicture } from './mermaid.ts';
import type { Picture } from './picture.ts';
import { svgPicture } from './svg/svg.ts';
import { textPicture } from './text.ts';

/** What `--format` takes; `json` is `--json`. */
export const pictureFormats = ['text', 'mermaid', 'dot', 'svg'] as const;
export type PictureFormat = (typeof pictureFormats)[number] | 'json';

/** The picture as the text of a file, ending with a line feed. `unicode: false` only concerns `text`. */
export function rendered(picture: Picture, format: PictureFormat, { unicode }: { unicode: boolean }): string {
  switch (format) {
    case 'text':
      return textPicture(picture, { unicode });
    case 'mermaid':
      return mermaidPicture(picture);
    case 'dot':
      return dotPicture(picture);
    case 'svg':
      return svgPicture(picture);
    case 'json':
      return `${JSON.stringify(picture)}\n`;
  }
}
