/**
 * Kept settings of earlier versions, brought up step by step. The steps work on plain JSON and know nothing of today's
 * schemas, which judge the result.
 */

/** The version that `SettingsStore` writes. */
export const STORED_VERSION = 2;

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** By the version that they start from. */
const STEPS: Readonly<Record<number, (stored: Json) => Json>> = {
  1: allowPresentPrivateWebhooks,
};

/** `stored` in today's version; unchanged where it is newer or not understood, which the schema then reports. */
export function migrate(stored: unknown): unknown {
  let value = stored;
  while (isObject(value) && typeof value['schema_version'] === 'number') {
    const step = STEPS[value['schema_version']];
    if (step === undefined) break;
    value = { ...step(value), schema_version: value['schema_version'] + 1 };
  }
  return value;
}

/** Before version 2 a webhook could lead into the local network unasked: those that visibly do so may go on. */
function allowPresentPrivateWebhooks(stored: Json): Json {
  const { settings } = stored;
  if (!isObject(settings)) return stored;
  const holders = [settings, ...list(settings['templates']), ...list(settings['rooms'])];
  const changed = structuredClone(holders).map((holder) => {
    const { webhook } = holder;
    if (isObject(webhook) && typeof webhook['url'] === 'string' && looksPrivate(webhook['url']))
      webhook['allow_private_network'] = true;
    return holder;
  });
  const templates = list(settings['templates']).length;
  const next = { ...changed[0] };
  if (Array.isArray(settings['templates'])) next['templates'] = changed.slice(1, 1 + templates);
  if (Array.isArray(settings['rooms'])) next['rooms'] = changed.slice(1 + templates);
  return { ...stored, settings: next };
}

const list = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);

const PRIVATE_HOST =
  /^(localhost|127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|\[(::1|f[cd]|fe80))|\.(local|lan|internal)$/i;

const looksPrivate = (url: string): boolean => URL.canParse(url) && PRIVATE_HOST.test(new URL(url).hostname);
