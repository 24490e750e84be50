import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import type { Plugin } from 'vite';

const root = resolve(import.meta.dirname, '..');

/**
 * electron-vite declares `__filename` and `__dirname` in each bundled ES module that speaks of them; a module that declares
 * them itself (Azure's checksums do) would then not load. Its own get another name.
 */
const ownFilenames: Plugin = {
  name: 'own-filenames',
  enforce: 'pre',
  transform(code) {
    if (!/\b(?:var|let|const) __(?:file|dir)name\b/.test(code)) return null;
    return { code: code.replace(/\b__((?:file|dir)name)\b/g, 'own_$1'), map: null };
  },
};

/**
 * Main and preload are bundled whole, so that a package needs no node_modules. Targets are the oldest runtime the app
 * runs on (Electron 33: Node 20.18, Chromium 130).
 */
export default defineConfig({
  main: {
    plugins: [ownFilenames],
    build: {
      outDir: resolve(root, 'out/main'),
      target: 'node20.18',
      externalizeDeps: false,
      sourcemap: true,
      rollupOptions: {
        input: { main: resolve(root, 'src-main/main.ts') },
        external: ['electron', 'ffmpeg-static'],
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: resolve(root, 'out/preload'),
      target: 'node20.18',
      externalizeDeps: false,
      // A sandboxed preload must be one file: no chunk shared between the two.
      isolatedEntries: true,
      rollupOptions: {
        input: {
          ui: resolve(root, 'src-main/shell/preload-ui.ts'),
          capture: resolve(root, 'src-main/shell/preload-capture.ts'),
        },
        external: ['electron'],
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: resolve(root, 'src-renderer'),
    plugins: [react()],
    build: {
      outDir: resolve(root, 'out/renderer'),
      target: 'chrome130',
      modulePreload: { polyfill: false },
      rollupOptions: {
        input: {
          index: resolve(root, 'src-renderer/index.html'),
          capture: resolve(root, 'src-renderer/capture.html'),
          cards: resolve(root, 'src-renderer/cards.html'),
          // For looking and for tests: electron-builder.yml leaves it out of packages.
          gallery: resolve(root, 'src-renderer/gallery.html'),
        },
      },
    },
  },
});
