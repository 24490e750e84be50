import { randomBytes } from 'node:crypto';
import type { z } from 'zod';
import type { settingsSchema } from '../../src-main/contract/settings.ts';
import type { ObjectStore } from '../../test/support/swift.ts';

export const BUCKET = 'rollcall-demo';
export const PREFIX = 'recordings';
export const WEBHOOK_HEADER = { name: 'x-demo-token', value: 'open-sesame' };

export interface DemoSettings {
  settings: z.input<typeof settingsSchema>;
  signingSecret: string;
  roomId: string;
}

/** A template with a destination and a webhook, and a room that depends on it. */
export function demoSettings(joinUrl: string, store: ObjectStore, webhookUrl: string): DemoSettings {
  const signingSecret = `whsec_${randomBytes(24).toString('base64')}`;
  const roomId = randomBytes(12).toString('hex');
  return {
    signingSecret,
    roomId,
    settings: {
      webhook: {
        url: webhookUrl,
        headers: { [WEBHOOK_HEADER.name]: WEBHOOK_HEADER.value },
        signing_secret: signingSecret,
        // Its receiver is this computer's.
        allow_private_network: true,
      },
      templates: [
        {
          id: 'demo',
          name: 'Demo calls',
          recording: {
            enabled: true,
            upload_info: {
              type: 's3',
              location: BUCKET,
              prefix: PREFIX,
              options: { endpoint: store.endpoint, region: store.region, force_path_style: true },
              credentials: { key: store.key, secret: store.secret },
            },
          },
        },
      ],
      rooms: [{ id: roomId, name: 'Demo', template_id: 'demo', url: joinUrl, recording: 'auto' }],
    },
  };
}
