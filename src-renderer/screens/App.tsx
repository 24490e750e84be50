import { useEffect } from 'react';
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import '../components/base.css';
import { MantineProvider } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { Notifications } from '@mantine/notifications';
import { useStore } from 'zustand';
import { theme } from '../components/theme.ts';
import type { Actions } from '../state/actions.ts';
import { tellClipped } from '../state/clipped.ts';
import { listenForShortcuts } from '../state/shortcuts.ts';
import type { UiStore } from '../state/store.ts';
import { UiContext } from '../state/ui-context.ts';
import { Shell } from './Shell.tsx';

/** The nonce that the page's policy allows style elements with; the browser hides it from attributes. */
const styleNonce = (): string => document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';

/** The root: theme, keyboard, and the state handed down. */
export function App({ store, actions }: { store: UiStore; actions: Actions }) {
  const choice = useStore(store, (state) => state.theme);
  const systemDark = useMediaQuery('(prefers-color-scheme: dark)', true, { getInitialValueInEffect: false });
  useEffect(() => listenForShortcuts(store, actions, window), [store, actions]);
  useEffect(() => tellClipped(document), []);
  return (
    <MantineProvider
      theme={theme}
      getStyleNonce={styleNonce}
      forceColorScheme={choice === 'system' ? (systemDark ? 'dark' : 'light') : choice}
    >
      <Notifications position="bottom-right" />
      <UiContext value={{ store, actions }}>
        <Shell />
      </UiContext>
    </MantineProvider>
  );
}
