/** What an example writes goes through `print`, in order. */
export type Print = (text: string) => void;

export interface Example {
  readonly title: string;
  readonly load: () => Promise<{ run: (print: Print) => Promise<void> }>;
  readonly source: () => Promise<{ default: string }>;
}

/** Each is a file of its own that an app could start from; the page shows its source and runs it. */
export const examples: Readonly<Record<string, Example>> = {
  chat: {
    title: 'Stream an answer',
    load: () => import('./chat.ts'),
    source: () => import('./chat.ts?raw'),
  },
  abort: {
    title: 'Stop an answer',
    load: () => import('./abort.ts'),
    source: () => import('./abort.ts?raw'),
  },
  logits: {
    title: 'Read the logits',
    load: () => import('./logits.ts'),
    source: () => import('./logits.ts?raw'),
  },
  trunk: {
    title: 'Run a trunk',
    load: () => import('./trunk.ts'),
    source: () => import('./trunk.ts?raw'),
  },
  clip: {
    title: 'Find the clips of a video',
    load: () => import('./clip.ts'),
    source: () => import('./clip.ts?raw'),
  },
  brand: {
    title: 'Make a brand kit',
    load: () => import('./brand.ts'),
    source: () => import('./brand.ts?raw'),
  },
  profile: {
    title: 'Profile a trunk',
    load: () => import('./profile.ts'),
    source: () => import('./profile.ts?raw'),
  },
  localFiles: {
    title: 'Load local files',
    load: () => import('./localFiles.ts'),
    source: () => import('./localFiles.ts?raw'),
  },
};
