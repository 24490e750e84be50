import { failedDownloads } from './cache.ts';

/** A part that could not be set up: what was tried, and what to do. */
export class SetupError extends Error {
  override readonly name = 'SetupError';
}

/** One place where a part may come from. */
export interface Source<T> {
  name: string;
  /**
   * Finds or fetches the part and proves that it works; `undefined` where this source has nothing to offer here.
   * Throws, with one sentence, when it should have worked and does not.
   */
  find(): Promise<T | undefined>;
  /** True for what the user named: if that does not work, nothing else is tried in its stead. */
  configured?: boolean;
  /** Set where `find` downloads: after a failure it is asked again only a day later. Names the thing and its version. */
  downloadKey?: string;
}

/** One line about the set-up, on stderr. */
export type Report = (line: string) => void;

export const reportToStderr: Report = (line) => {
  process.stderr.write(`rollcall: ${line}\n`);
};

/** Goes through the sources in their order and returns what the first working one gives. */
export async function firstWorking<T extends { version: string }>(
  part: string,
  sources: Source<T>[],
  remedy: string,
  report: Report,
): Promise<T> {
  const failures: string[] = [];
  for (const source of sources) {
    if (source.downloadKey && failedDownloads.isRecent(source.downloadKey)) {
      failures.push(`${source.name}: failed within the last day, not tried again (\`npm run setup\` does)`);
      continue;
    }
    try {
      const found = await source.find();
      if (found) {
        report(`${part}: ${found.version}, ${source.name}`);
        return found;
      }
      failures.push(`${source.name}: not there`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (source.configured) throw new SetupError(`${part}: ${source.name} does not work: ${reason}`);
      if (source.downloadKey) failedDownloads.add(source.downloadKey, reason);
      failures.push(`${source.name}: ${reason}`);
    }
  }
  throw new SetupError(`No working ${part} was found. Tried:\n  - ${failures.join('\n  - ')}\n${remedy}`);
}

const PROXY_VARIABLES = ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy', 'npm_config_https_proxy'];

/**
 * Throws within four seconds where a download host cannot be reached, so that no installer sits in its own, longer
 * timeouts. Behind a proxy a direct probe says nothing, and the installer itself finds out.
 */
export async function assertReachable(url: string): Promise<void> {
  if (PROXY_VARIABLES.some((name) => process.env[name])) return;
  try {
    await fetch(url, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(4000) });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new Error(`${new URL(url).host} cannot be reached (${cause})`, { cause: error });
  }
}
