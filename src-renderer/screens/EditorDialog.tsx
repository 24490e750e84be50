import { Button, Modal, NativeSelect, SegmentedControl, Switch, Textarea, TextInput } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { ControlFields } from '../components/ControlFields.tsx';
import { DestinationFields } from '../components/DestinationFields.tsx';
import { WebhookFields } from '../components/WebhookFields.tsx';
import {
  emptyStore,
  emptyWebhook,
  missingIn,
  type DestinationDraft,
  type EditorDraft,
  type RoomFormDraft,
  type TemplateDraft,
  type WebhookDraft,
} from '../state/drafts.ts';
import { texts } from '../../src-main/contract/texts/index.ts';
import type { Editor } from '../state/store.ts';
import { useActions, useUi } from '../state/ui-context.ts';
import { Problem } from './Problem.tsx';
import { TryDestination, TryWebhook } from './Trials.tsx';
import styles from '../components/Form.module.css';

/** The form of a template, a room, hosted storage or the webhook, whichever is open. */
export function EditorDialog() {
  const actions = useActions();
  const editor = useUi((state) => state.editor);
  return (
    <Modal
      opened={editor !== null}
      onClose={actions.closeEditor}
      title={editor === null ? '' : titleOf(editor.draft)}
      size={600}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': texts.editor.close }}
    >
      {editor !== null && <Form editor={editor} />}
    </Modal>
  );
}

function titleOf(draft: EditorDraft): string {
  switch (draft.kind) {
    case 'template':
      return draft.id === null ? texts.editor.newTemplate : texts.editor.template;
    case 'room':
      return draft.id === null ? texts.editor.newRoom : texts.editor.room;
    case 'recorder':
      return texts.recorder.title;
    case 'hosted':
      return texts.settings.delivery.hosted;
    case 'updates':
      return texts.updates.dialog.title;
    case 'webhook':
      return texts.settings.delivery.webhook;
  }
}

function Form({ editor }: { editor: Editor }) {
  const actions = useActions();
  const { draft, saving, error } = editor;
  const missing = missingIn(draft);
  const removable = 'id' in draft ? draft.id !== null : draft.kind !== 'recorder' && draft.kind !== 'updates';
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (missing === null) void actions.saveDraft();
      }}
    >
      <Fields editor={editor} />
      {editor.missingSecrets.length > 0 && <p className="dim">{texts.editor.secretsLost}</p>}
      {error !== null && <Problem error={error} />}
      <div className={styles.buttons}>
        {removable && (
          <Button
            variant="default"
            leftSection={<IconTrash size={16} />}
            disabled={saving}
            onClick={() => void actions.removeDraft()}
          >
            {texts.common.remove}
          </Button>
        )}
        <span className={styles.missing}>{missing}</span>
        <Button variant="default" onClick={actions.closeEditor}>
          {texts.common.cancel}
        </Button>
        <Button type="submit" loading={saving} disabled={missing !== null}>
          {texts.editor.save}
        </Button>
      </div>
    </form>
  );
}

function Fields({ editor }: { editor: Editor }) {
  const actions = useActions();
  const { draft } = editor;
  switch (draft.kind) {
    case 'template':
      return <TemplateFields draft={draft} />;
    case 'room':
      return <RoomFields draft={draft} templates={editor.templates} />;
    case 'recorder':
      return (
        <>
          <TextInput
            label={texts.recorder.name}
            placeholder={texts.recorder.defaultName}
            data-autofocus
            maxLength={80}
            value={draft.name}
            onChange={(event) => actions.changeDraft({ ...draft, name: event.currentTarget.value })}
          />
          <Textarea
            label={texts.recorder.consent}
            description={texts.recorder.consentNote}
            autosize
            minRows={2}
            maxRows={8}
            maxLength={2000}
            value={draft.consent}
            onChange={(event) => actions.changeDraft({ ...draft, consent: event.currentTarget.value })}
          />
        </>
      );
    case 'hosted':
      return (
        <>
          <p className="dim">{texts.editor.hostedNote}</p>
          <DestinationFields
            hosted
            value={draft.store ?? emptyStore()}
            onChange={(store) => actions.changeDraft({ ...draft, store })}
          />
          <TryDestination />
        </>
      );
    case 'updates':
      return (
        <TextInput
          label={texts.updates.dialog.label}
          description={texts.updates.dialog.note}
          placeholder={texts.updates.dialog.placeholder}
          data-autofocus
          spellCheck={false}
          value={draft.url}
          onChange={(event) => actions.changeDraft({ ...draft, url: event.currentTarget.value })}
        />
      );
    case 'webhook':
      return (
        <>
          <p className="dim">{texts.editor.webhook.note}</p>
          <WebhookFields
            value={draft.webhook ?? emptyWebhook()}
            onChange={(webhook) => actions.changeDraft({ ...draft, webhook })}
          />
          <TryWebhook />
        </>
      );
  }
}

function TemplateFields({ draft }: { draft: TemplateDraft }) {
  const actions = useActions();
  const set = (part: Partial<TemplateDraft>): void => actions.changeDraft({ ...draft, ...part });
  return (
    <>
      <TextInput
        label={texts.editor.name}
        required
        data-autofocus
        value={draft.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <Switch
        label={texts.editor.recordRooms}
        checked={draft.enabled}
        onChange={(event) => set({ enabled: event.currentTarget.checked })}
      />
      <ControlFields value={draft.control} fallback="default" onChange={(control) => set({ control })} />
      <OwnStore store={draft.store} onChange={(store) => set({ store })} />
      <OwnWebhook webhook={draft.webhook} onChange={(webhook) => set({ webhook })} />
    </>
  );
}

const RECORDING = [
  { value: 'auto', label: texts.rooms.recording.auto },
  { value: 'enabled', label: texts.rooms.recording.enabled },
  { value: 'disabled', label: texts.rooms.recording.disabled },
] as const;

function RoomFields({ draft, templates }: { draft: RoomFormDraft; templates: Editor['templates'] }) {
  const actions = useActions();
  const set = (part: Partial<RoomFormDraft>): void => actions.changeDraft({ ...draft, ...part });
  return (
    <>
      <TextInput
        label={texts.editor.name}
        required
        data-autofocus
        value={draft.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <TextInput
        label={texts.editor.link}
        required
        spellCheck={false}
        placeholder="https://meet.example.net/?roomId=monday"
        value={draft.url}
        onChange={(event) => set({ url: event.currentTarget.value })}
      />
      <NativeSelect
        label={texts.editor.template}
        value={draft.templateId ?? ''}
        data={[
          { value: '', label: templates.length === 0 ? texts.editor.noTemplates : texts.editor.firstTemplate },
          ...templates.map(({ id, name }) => ({ value: id, label: name })),
        ]}
        onChange={(event) => set({ templateId: event.currentTarget.value === '' ? null : event.currentTarget.value })}
      />
      <SegmentedControl
        aria-label={texts.editor.recording}
        fullWidth
        value={draft.recording}
        data={RECORDING.map(({ value, label }) => ({ value, label }))}
        onChange={(value) => set({ recording: RECORDING.find((each) => each.value === value)?.value ?? 'auto' })}
      />
      {draft.preview !== null && (
        <div className={styles.effect} role="status">
          <strong>{draft.preview.reason}</strong> {draft.preview.delivery}
        </div>
      )}
      <ControlFields value={draft.control} fallback="template" onChange={(control) => set({ control })} />
      {draft.recording === 'enabled' && <OwnStore store={draft.store} onChange={(store) => set({ store })} />}
      <OwnWebhook webhook={draft.webhook} onChange={(webhook) => set({ webhook })} />
    </>
  );
}

interface OwnStoreProps {
  store: DestinationDraft | null;
  onChange: (store: DestinationDraft | null) => void;
}

function OwnStore({ store, onChange }: OwnStoreProps) {
  return (
    <fieldset className={styles.group}>
      <legend>{texts.editor.destination.title}</legend>
      <Switch
        label={texts.editor.destination.own}
        description={store === null ? texts.editor.destination.without : undefined}
        checked={store !== null}
        onChange={(event) => onChange(event.currentTarget.checked ? emptyStore() : null)}
      />
      {store !== null && (
        <>
          <DestinationFields hosted={false} value={store} onChange={onChange} />
          <TryDestination />
        </>
      )}
    </fieldset>
  );
}

function OwnWebhook(props: { webhook: WebhookDraft | null; onChange: (webhook: WebhookDraft | null) => void }) {
  const { webhook, onChange } = props;
  return (
    <fieldset className={styles.group}>
      <legend>{texts.settings.delivery.webhook}</legend>
      <Switch
        label={texts.editor.webhook.own}
        checked={webhook !== null}
        onChange={(event) => onChange(event.currentTarget.checked ? emptyWebhook() : null)}
      />
      {webhook !== null && (
        <>
          <WebhookFields value={webhook} onChange={onChange} />
          <TryWebhook />
        </>
      )}
    </fieldset>
  );
}
