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
      closeButtonProps={{ 'aria-label': 'Close without saving' }}
    >
      {editor !== null && <Form editor={editor} />}
    </Modal>
  );
}

function titleOf(draft: EditorDraft): string {
  switch (draft.kind) {
    case 'template':
      return draft.id === null ? 'New template' : 'Template';
    case 'room':
      return draft.id === null ? 'New room' : 'Room';
    case 'recorder':
      return 'In the call';
    case 'hosted':
      return 'Hosted storage';
    case 'updates':
      return texts.updates.dialog.title;
    case 'webhook':
      return 'Webhook';
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
      {editor.missingSecrets.length > 0 && (
        <p className="dim">
          This computer can no longer read some of the kept secrets (its keyring was replaced). Enter them again.
        </p>
      )}
      {error !== null && <Problem error={error} />}
      <div className={styles.buttons}>
        {removable && (
          <Button
            variant="default"
            leftSection={<IconTrash size={16} />}
            disabled={saving}
            onClick={() => void actions.removeDraft()}
          >
            Remove
          </Button>
        )}
        <span className={styles.missing}>{missing}</span>
        <Button variant="default" onClick={actions.closeEditor}>
          Cancel
        </Button>
        <Button type="submit" loading={saving} disabled={missing !== null}>
          Save
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
            label="Name shown to others"
            placeholder="Rollcall (recording)"
            data-autofocus
            maxLength={80}
            value={draft.name}
            onChange={(event) => actions.changeDraft({ ...draft, name: event.currentTarget.value })}
          />
          <Textarea
            label="What you tell people"
            description="One click on the Live screen copies it, to be pasted into the call’s chat."
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
          <p className="dim">Where files go when neither their room nor its template has a destination of its own.</p>
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
          <p className="dim">Told of each delivered file, unless the room or its template has a webhook of its own.</p>
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
        label="Name"
        required
        data-autofocus
        value={draft.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <Switch
        label="Record the rooms of this template that are set to Auto"
        checked={draft.enabled}
        onChange={(event) => set({ enabled: event.currentTarget.checked })}
      />
      <ControlFields value={draft.control} fallback="the default" onChange={(control) => set({ control })} />
      <OwnStore store={draft.store} fallback="hosted storage" onChange={(store) => set({ store })} />
      <OwnWebhook webhook={draft.webhook} onChange={(webhook) => set({ webhook })} />
    </>
  );
}

const RECORDING = [
  { value: 'auto', label: 'Auto' },
  { value: 'enabled', label: 'Enabled' },
  { value: 'disabled', label: 'Disabled' },
] as const;

function RoomFields({ draft, templates }: { draft: RoomFormDraft; templates: Editor['templates'] }) {
  const actions = useActions();
  const set = (part: Partial<RoomFormDraft>): void => actions.changeDraft({ ...draft, ...part });
  return (
    <>
      <TextInput
        label="Name"
        required
        data-autofocus
        value={draft.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <TextInput
        label="Link"
        required
        spellCheck={false}
        placeholder="https://meet.example.net/?roomId=monday"
        value={draft.url}
        onChange={(event) => set({ url: event.currentTarget.value })}
      />
      <NativeSelect
        label="Template"
        value={draft.templateId ?? ''}
        data={[
          { value: '', label: templates.length === 0 ? 'There are no templates' : 'The first one' },
          ...templates.map(({ id, name }) => ({ value: id, label: name })),
        ]}
        onChange={(event) => set({ templateId: event.currentTarget.value === '' ? null : event.currentTarget.value })}
      />
      <SegmentedControl
        aria-label="Recording"
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
      <ControlFields value={draft.control} fallback="the template" onChange={(control) => set({ control })} />
      {draft.recording === 'enabled' && (
        <OwnStore store={draft.store} fallback="hosted storage" onChange={(store) => set({ store })} />
      )}
      <OwnWebhook webhook={draft.webhook} onChange={(webhook) => set({ webhook })} />
    </>
  );
}

interface OwnStoreProps {
  store: DestinationDraft | null;
  /** Where files go without one. */
  fallback: string;
  onChange: (store: DestinationDraft | null) => void;
}

function OwnStore({ store, fallback, onChange }: OwnStoreProps) {
  return (
    <fieldset className={styles.group}>
      <legend>Destination</legend>
      <Switch
        label="A bucket of its own"
        description={store === null ? `Without one, files go to ${fallback}.` : undefined}
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
      <legend>Webhook</legend>
      <Switch
        label="A webhook of its own"
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
