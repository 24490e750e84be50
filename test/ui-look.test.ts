import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGallery, SIZES, type Gallery } from './ui-gallery.ts';

/**
 * Every screen, dialog and state in both sizes and both themes: nothing is cut, nothing lies on something else, and
 * axe-core finds nothing serious.
 */

let gallery: Gallery;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

beforeAll(async () => {
  gallery = await openGallery();
  await gallery.page.evaluate(axe);
});
afterAll(() => gallery?.running.close());

describe('every scene', () => {
  it('shows whole: no text is cut, none lies on another, no page scrolls sideways', async () => {
    const flaws: string[] = [];
    for (const size of SIZES) {
      for (const scene of gallery.scenes) {
        await gallery.show(scene, 'dark', size);
        flaws.push(...(await gallery.flaws()).map((flaw) => `${scene} at ${size.width}: ${flaw}`));
      }
    }
    expect(flaws).toEqual([]);
  });

  // What a theme changes is colours: the other rules are asked once.
  it.each([
    ['dark', []],
    ['light', ['color-contrast']],
  ] as const)('has no serious or critical issue of accessibility, %s', async (theme, rules) => {
    const issues: string[] = [];
    for (const scene of gallery.scenes) {
      await gallery.show(scene, theme, SIZES[0]);
      issues.push(...(await seriousIssues(gallery, rules)).map((issue) => `${scene}: ${issue}`));
    }
    expect(issues).toEqual([]);
  });
});

interface AxeResult {
  violations: { id: string; impact: string | null; nodes: { html: string; failureSummary?: string }[] }[];
}

/** @param rules all where none is named. */
async function seriousIssues({ page }: Gallery, rules: readonly string[]): Promise<string[]> {
  const runOnly = rules.length === 0 ? undefined : { type: 'rule', values: rules };
  const options = JSON.stringify({ resultTypes: ['violations'], runOnly });
  const { violations } = await page.evaluate<AxeResult>(`axe.run(document, ${options})`);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(
        ({ html, failureSummary }) =>
          `${id} ${html.slice(0, 160)} ${(failureSummary ?? '').replaceAll('\n', ' ').slice(0, 240)}`,
      ),
    );
}
