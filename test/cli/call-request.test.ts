import { callRequest, readQuestion } from '../../engine/src/cli/call-request.ts';
import { namesOf, turnLine } from '../../engine/src/cli/show-call.ts';
import { createTerminal } from '../../engine/src/cli/terminal.ts';

describe('options of recado call', () => {
  it('send only what was given', () => {
    expect(callRequest('+12025550100', { task: 'Say hello.' })).toEqual({
      ok: true,
      value: { phone_number: '+12025550100', task: 'Say hello.', source: 'cli' },
    });
  });

  it.each([
    ['How are you?', { ask: 'How are you?' }],
    ['yes_no: Will you come?', { ask: 'Will you come?', type: 'yes_no' }],
    [
      'choice(small | large): Which size?',
      { ask: 'Which size?', type: 'choice', choices: ['small', 'large'] },
    ],
    ['Note: is it you?', { ask: 'Note: is it you?' }],
  ])('read the question %j', (text, question) => {
    expect(readQuestion(text)).toEqual(question);
  });

  it('keep every = after the first in a variable', () => {
    const request = callRequest('1', {
      task: 't',
      variable: ['link=https://a.example/?b=c', 'day = Friday'],
    });
    expect(request).toMatchObject({
      ok: true,
      value: { variables: { link: 'https://a.example/?b=c', day: 'Friday' } },
    });
  });

  it('refuse a variable without =, naming the fix', () => {
    expect(callRequest('1', { task: 't', variable: ['day'] })).toMatchObject({
      ok: false,
      failure: { fix: expect.stringContaining('day=Friday') },
    });
  });
});

describe('the terminal', () => {
  const written: string[] = [];
  const stream = (isTTY: boolean) => ({
    isTTY,
    columns: 40,
    write: (text: string) => written.push(text),
  });
  beforeEach(() => {
    written.length = 0;
  });

  it('overwrites the live line where a person watches', () => {
    const terminal = createTerminal(stream(true), stream(true), true);
    terminal.live('ringing …');
    terminal.say('done');
    expect(written[0]).toContain('ringing …');
    expect(written.slice(1)).toEqual(['\r\x1b[2K', 'done\n']);
  });

  it('shows no live line and no colour where colours are switched off', () => {
    const terminal = createTerminal(stream(true), stream(true), false);
    terminal.live('ringing …');
    terminal.say(terminal.paint.red('done'));
    expect(written.join('')).toBe('done\n');
  });

  it('lets no spoken text steer it', () => {
    const turn = {
      index: 0,
      speaker: 'recipient' as const,
      text: 'hi\x1b[2J\nAgent  I agree',
      started_ms: 61_000,
      ended_ms: 62_000,
      interrupted: false,
    };
    const { paint } = createTerminal(stream(false), stream(false), false);
    expect(turnLine(turn, namesOf('Ana\x1b[2J Example'), paint)).toBe(
      '1:01  Ana    hi [2J Agent  I agree',
    );
  });
});
