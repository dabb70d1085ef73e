import { createTranscript, heardWords } from '../../engine/src/session/transcript.ts';

const texts = (turns: { text: string }[]): string[] => turns.map((turn) => turn.text);

describe('the transcript', () => {
  it('gives a turn out only when it and every earlier turn are final', () => {
    const transcript = createTranscript();
    transcript.add('question', undefined, 'agent', 0);
    transcript.add('answer', 'question', 'recipient', 900);
    transcript.setText('answer', 'Yes.');
    transcript.settle('answer');
    expect(transcript.take()).toEqual([]);
    transcript.setText('question', 'Does that work?');
    transcript.settle('question');
    expect(texts(transcript.take())).toEqual(['Does that work?', 'Yes.']);
    expect(transcript.take()).toEqual([]);
  });

  it('orders by the chain of items, not by when they arrive', () => {
    const transcript = createTranscript();
    transcript.add('first', undefined, 'agent', 0);
    transcript.add('third', 'first', 'agent', 500);
    transcript.add('second', 'first', 'recipient', 400);
    for (const id of ['third', 'second', 'first']) {
      transcript.setText(id, id);
      transcript.settle(id);
    }
    expect(texts(transcript.take())).toEqual(['first', 'second', 'third']);
  });

  it('never moves a turn that was already given out', () => {
    const transcript = createTranscript();
    transcript.add('a', undefined, 'agent', 0);
    transcript.setText('a', 'a');
    transcript.settle('a');
    transcript.add('b', 'a', 'agent', 0);
    transcript.setText('b', 'b');
    transcript.settle('b');
    expect(texts(transcript.take())).toEqual(['a', 'b']);
    transcript.add('late', 'a', 'recipient', 0);
    transcript.setText('late', 'late');
    transcript.settle('late');
    expect(texts(transcript.take())).toEqual(['late']);
  });

  it('keeps only the heard words of an item that was cut, and marks it', () => {
    const transcript = createTranscript();
    transcript.add('a', undefined, 'agent', 0);
    transcript.append('a', 'one two ');
    transcript.append('a', 'three four');
    transcript.cut('a', 0.5, 700);
    transcript.append('a', ' five');
    expect(transcript.take()).toEqual([
      { speaker: 'agent', text: 'one two…', started_ms: 0, ended_ms: 700, interrupted: true },
    ]);
  });

  it('leaves out what nobody heard a word of', () => {
    const transcript = createTranscript();
    transcript.add('a', undefined, 'agent', 0);
    transcript.append('a', 'never heard');
    transcript.cut('a', 0, 10);
    expect(transcript.take()).toEqual([]);
  });
});

describe('heard words', () => {
  it.each([
    ['one two three', 1, 'one two three'],
    ['one two three', 0, ''],
    ['one two three', 0.4, 'one…'],
    ['one two three', 0.99, 'one two three'],
  ])('%s at %s is "%s"', (text, share, expected) => {
    expect(heardWords(text, share)).toBe(expected);
  });
});
