import { mkdtemp, readFile, writeFile, appendFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, test } from 'vitest';
import type { ChatMessage } from '../contract/chat.ts';
import { ChatLog, readChat } from './chat-log.ts';
import { chatCsv, chatJson } from './chat-table.ts';

const about = {
  session_id: 'a'.repeat(24),
  room: { id: 'b'.repeat(24), name: 'Monday', url: 'ws://h/?roomId=m' },
  started_at: '2026-11-22T10:00:00.000Z',
  epoch_ms: Date.parse('2026-11-22T10:00:00.000Z'),
};
const message = (text: string, more: Partial<ChatMessage> = {}): ChatMessage => ({
  t: 1500,
  peer_id: 'p',
  display_name: 'Ana',
  text,
  ...more,
});
const csvRows = (messages: ChatMessage[]): string[] => chatCsv(about, messages).slice(1).split('\r\n').slice(1, -1);

it('writes a table with the time of day and of the session', () => {
  expect(csvRows([message('hello')])).toEqual(['2026-11-22T10:00:01.500Z,1.500,Ana,p,hello']);
});

test.each([
  ['=HYPERLINK("http://x")', `"'=HYPERLINK(""http://x"")"`],
  ['+1', "'+1"],
  ['-2+3', "'-2+3"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['  =1+1', "'  =1+1"],
  ['\t=1', "'\t=1"],
  ['＝1+1', "'＝1+1"],
  ['|calc', "'|calc"],
  ['a=1', 'a=1'],
  ['say "hi", all', '"say ""hi"", all"'],
  ['two\nlines', '"two\nlines"'],
  ['nul\0l', 'null'],
  ['مرحبا 👋', 'مرحبا 👋'],
])('the cell of %j', (text, expected) => {
  expect(csvRows([message(text)])).toEqual([`2026-11-22T10:00:01.500Z,1.500,Ana,p,${expected}`]);
});

it('guards names and ids like messages, and marks what was cut', () => {
  const guarded = csvRows([message('x', { display_name: '=1', peer_id: '@p', truncated: true })]);
  expect(guarded).toEqual(["2026-11-22T10:00:01.500Z,1.500,'=1,'@p,x…"]);
});

it('keeps the exact text in the JSON', () => {
  const text = '=1+1\r\n"\u2028';
  expect(JSON.parse(chatJson(about, [message(text)]))).toMatchObject({
    session_id: about.session_id,
    messages: [{ t_ms: 1500, time: '2026-11-22T10:00:01.500Z', peer_id: 'p', display_name: 'Ana', text }],
  });
});

it('keeps what came before a crash, and no more than its bound', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'rollcall-chat-'));
  expect(await readChat(dir)).toEqual([]);
  const log = new ChatLog(dir, 200);
  expect(await log.append(message('one'))).toBe(true);
  expect(await log.append(message('x'.repeat(200)))).toBe(false);
  expect(await log.append(message('two'))).toBe(true);
  expect(log.refused).toBe(1);
  await appendFile(join(dir, 'chat.ndjson'), '{"t":3,"peer');
  expect((await readChat(dir)).map(({ text }) => text)).toEqual(['one', 'two']);
  await writeFile(join(dir, 'chat.ndjson'), `[]\n${await readFile(join(dir, 'chat.ndjson'), 'utf8')}`);
  expect(await readChat(dir)).toHaveLength(2);
});
