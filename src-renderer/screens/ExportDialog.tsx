import { Button, Checkbox, Modal, NativeSelect, SegmentedControl, TextInput } from '@mantine/core';
import { IconFileExport } from '@tabler/icons-react';
import type { SessionPeer } from '../../src-main/contract/session.ts';
import { texts } from '../../src-main/contract/texts/index.ts';
import { StillPicture } from '../components/StillPicture.tsx';
import { exportProblem, type ExportDraft, type SizeName } from '../state/export-draft.ts';
import { formatClock } from '../state/format.ts';
import { useActions, useUi } from '../state/ui-context.ts';
import dialogs from './Dialogs.module.css';
import styles from './ExportDialog.module.css';

const choices = (words: Readonly<Record<string, string>>): { value: string; label: string }[] =>
  Object.entries(words).map(([value, label]) => ({ value, label }));

/** Another file of a recording: what is in it, how it looks, and a picture of that. */
export function ExportDialog() {
  const actions = useActions();
  const draft = useUi((state) => state.exportDraft);
  const peers = useUi((state) => (state.detail.state === 'ready' ? state.detail.value.session?.peers : undefined));
  return (
    <Modal opened={draft !== null} onClose={actions.closeExport} title={texts.exports.title} size={760}>
      {draft !== null && <Form draft={draft} peers={peers ?? []} />}
    </Modal>
  );
}

function Form({ draft, peers }: { draft: ExportDraft; peers: readonly SessionPeer[] }) {
  const actions = useActions();
  const problem = exportProblem(draft, peers.length);
  return (
    <>
      <div className={styles.columns}>
        <div className={styles.fields}>
          <SegmentedControl
            aria-label={texts.exports.what}
            value={draft.soundOnly ? 'sound' : 'video'}
            data={[
              { value: 'video', label: texts.exports.video },
              { value: 'sound', label: texts.exports.soundOnly },
            ]}
            onChange={(value) => actions.editExport({ soundOnly: value === 'sound' })}
          />
          {!draft.soundOnly && <Look draft={draft} />}
          <div className={styles.pair}>
            <TextInput
              label={texts.exports.from}
              placeholder={texts.exports.fromStart}
              description={texts.exports.fromNote(formatClock(draft.atS * 1000))}
              value={draft.from}
              onChange={(event) => actions.editExport({ from: event.currentTarget.value })}
            />
            <TextInput
              label={texts.exports.to}
              placeholder={texts.exports.toEnd}
              description={texts.exports.toNote}
              value={draft.to}
              onChange={(event) => actions.editExport({ to: event.currentTarget.value })}
            />
          </div>
          <Checkbox
            label={texts.exports.louder}
            checked={draft.louder}
            onChange={(event) => actions.editExport({ louder: event.currentTarget.checked })}
          />
        </div>
        <People draft={draft} peers={peers} />
      </div>
      {!draft.soundOnly && <Preview />}
      <div className={dialogs.buttons}>
        <span className={styles.problem} role="status">
          {problem}
        </span>
        <Button variant="default" onClick={actions.closeExport}>
          {texts.common.cancel}
        </Button>
        <Button
          leftSection={<IconFileExport size={16} />}
          disabled={problem !== null}
          onClick={() => void actions.startExport()}
        >
          {texts.common.export}
        </Button>
      </div>
    </>
  );
}

function Look({ draft }: { draft: ExportDraft }) {
  const actions = useActions();
  return (
    <div className={styles.pair}>
      <NativeSelect
        label={texts.exports.layout}
        value={draft.layout}
        data={choices(texts.files.layouts)}
        onChange={(event) => actions.editExport({ layout: event.currentTarget.value as ExportDraft['layout'] })}
      />
      <NativeSelect
        label={texts.exports.size}
        value={draft.size}
        data={choices(texts.files.sizes)}
        onChange={(event) => actions.editExport({ size: event.currentTarget.value as SizeName })}
      />
    </div>
  );
}

/** Who is in it; whoever is taken out is neither seen nor heard nor named. */
function People({ draft, peers }: { draft: ExportDraft; peers: readonly SessionPeer[] }) {
  const actions = useActions();
  return (
    <fieldset className={styles.people}>
      <legend>{texts.exports.people}</legend>
      {peers.map(({ peer_id: id, display_name: name }) => (
        <Checkbox
          key={id}
          label={name || id}
          checked={!draft.without.has(id)}
          onChange={(event) => {
            const without = new Set(draft.without);
            if (event.currentTarget.checked) without.delete(id);
            else without.add(id);
            actions.editExport({ without });
          }}
        />
      ))}
      <p className="dim">{texts.exports.peopleNote}</p>
    </fieldset>
  );
}

function Preview() {
  const still = useUi((state) => state.still);
  return (
    <div className={styles.preview}>
      {still.state === 'ready' && <StillPicture jpeg={still.jpeg} label={texts.exports.preview} />}
      {still.state === 'loading' && <p className="dim">{texts.exports.makingPreview}</p>}
      {still.state === 'failed' && still.error.code !== 'CANCELLED' && <p className="dim">{still.error.message}</p>}
    </div>
  );
}
