import { expect, it } from 'vitest';
import type { Settings } from '../../src-main/contract/settings.ts';
import { changeOf, hostedDraft, missingIn, roomDraft, templateDraft } from './drafts.ts';

const DOTS = '••••••••';
const settings: Settings = {
  hosted: { location: 'b', credentials_endpoint: 'https://keys.example.net/', credentials_token: DOTS },
  webhook: null,
  templates: [
    {
      id: 'classes',
      name: 'Classes',
      recording: {
        enabled: false,
        upload_info: { type: 's3', location: 'bucket', prefix: 'p', credentials: { key: 'k', secret: DOTS } },
      },
      control: { start: 'join', stop_when_empty_seconds: 30, max_duration_seconds: null },
      webhook: { url: 'https://example.net/', headers: { 'x-token': DOTS }, signing_secret: DOTS },
    },
  ],
  rooms: [
    { id: '0'.repeat(24), name: 'Monday', template_id: 'classes', url: 'ws://h/?roomId=m', recording: 'disabled' },
  ],
};

it('gives back what it was given, hidden secrets as they came', () => {
  const [template] = settings.templates;
  expect(changeOf(templateDraft(settings, 'classes'))).toEqual({ kind: 'template', value: template });
  expect(changeOf(hostedDraft(settings))).toEqual({ kind: 'hosted', value: settings.hosted });
  expect(changeOf(roomDraft(settings, '0'.repeat(24)))).toEqual({
    kind: 'room',
    value: { ...settings.rooms[0], upload_info: null, webhook: null, control: null },
  });
});

it('sends a secret that was typed in place of the kept one', () => {
  const draft = templateDraft(settings, 'classes');
  if (draft.store !== null) draft.store.secret.typed = 'new';
  expect(changeOf(draft)).toMatchObject({ value: { recording: { upload_info: { credentials: { secret: 'new' } } } } });
});

it('takes times as people write them', () => {
  const draft = roomDraft(settings, '0'.repeat(24));
  const control = { watch: '' as const, start: '' as const, emptySeconds: ' 5 ', maxMinutes: '1,5' };
  expect(changeOf({ ...draft, control })).toMatchObject({
    value: { control: { stop_when_empty_seconds: 5, max_duration_seconds: 90 } },
  });
  expect(missingIn({ ...draft, control: { ...control, emptySeconds: 'soon' } })).toMatch(/seconds, or "never"/);
  expect(missingIn({ ...draft, control: { ...control, maxMinutes: '0' } })).toMatch(/minutes, or "never"/);
});

it('keeps that a room is watched through an edit', () => {
  const [room] = settings.rooms;
  const watched = { ...settings, rooms: [{ ...room!, control: { watch: true } }] };
  expect(changeOf(roomDraft(watched, '0'.repeat(24)))).toMatchObject({ value: { control: { watch: true } } });
});

it('says what is missing', () => {
  expect(missingIn(roomDraft(settings, null))).toBe('Give it a name.');
  expect(missingIn({ ...roomDraft(settings, null), name: 'x' })).toMatch(/link/);
  expect(missingIn(roomDraft(settings, null, 'ws://x'))).toBe('Give it a name.');
  expect(missingIn(templateDraft(settings, 'classes'))).toBeNull();
  expect(missingIn(hostedDraft({ ...settings, hosted: null }))).toBe('Name the bucket.');
});
