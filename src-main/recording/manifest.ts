import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { RollcallError } from '../contract/errors.ts';
import { MANIFEST_FILE } from '../contract/ids.ts';
import { sessionSchema, type Session, type SessionHandle } from '../contract/session.ts';

/**
 * `session.json`: read, checked, and rewritten atomically (temporary file, fsync, rename). Changes are serialised, so
 * that two stages that change different parts at once both keep their change.
 */
export class SessionManifest implements SessionHandle {
  readonly dir: string;
  #session: Session;
  #tail: Promise<void> = Promise.resolve();

  private constructor(dir: string, session: Session) {
    this.dir = dir;
    this.#session = session;
  }

  /** Writes a new session's manifest into its folder, which exists. */
  static async create(dir: string, session: Session): Promise<SessionManifest> {
    const manifest = new SessionManifest(dir, session);
    await manifest.#write(session);
    return manifest;
  }

  /** Throws SESSION_INVALID where the folder holds no session or one that this version cannot read. */
  static async open(dir: string): Promise<SessionManifest> {
    return new SessionManifest(dir, await readManifest(dir));
  }

  get session(): Readonly<Session> {
    return this.#session;
  }

  update(change: (draft: Session) => void): Promise<void> {
    const done = this.#tail.then(async () => {
      const draft = structuredClone(this.#session);
      change(draft);
      await this.#write(draft);
      this.#session = draft;
    });
    this.#tail = done.catch(() => undefined);
    return done;
  }

  async #write(session: Session): Promise<void> {
    await writeFileAtomic(join(this.dir, MANIFEST_FILE), `${JSON.stringify(session, null, 2)}\n`, { mode: 0o600 });
  }
}

/** Reads and checks a session's manifest. Throws SESSION_INVALID, naming the file and the field. */
export async function readManifest(dir: string): Promise<Session> {
  const file = join(dir, MANIFEST_FILE);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new RollcallError(
      'SESSION_INVALID',
      `${dir} is not a session folder: ${MANIFEST_FILE} cannot be read there.`,
      'Name the folder of one session: <library>/<room>/<date>/<session>.',
      { details: String(error), cause: error },
    );
  }
  const invalid = (what: string, details: string): RollcallError =>
    new RollcallError(
      'SESSION_INVALID',
      `${file} ${what}.`,
      'The tracks beside it are untouched; run "rollcall recover" on the folder.',
      { details },
    );
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw invalid('is not JSON', String(error));
  }
  const parsed = sessionSchema.safeParse(data);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw invalid(`has a field that this version cannot read: ${issue?.path.join('.') ?? '?'}`, parsed.error.message);
}
