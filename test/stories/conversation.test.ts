import { readFile } from 'node:fs/promises';
import { Webhook } from 'standardwebhooks';
import type { Call } from '../../engine/src/contract/call.ts';
import { encodeMuLaw } from '../../engine/src/lib/mu-law.ts';
import { numberFor, readWatermark } from '../../engine/src/simulator/index.ts';
import { createWorld, type World } from '../world.ts';

const TASK =
  'Confirm the appointment with Dr. Silva on 2026-12-01 at 14:00. If they cannot come, offer to reschedule.';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const talked: string[] = [];
const place = async (body: Record<string, unknown>): Promise<Call> => {
  const asked = { task: TASK, caller_name: 'Ana Example', ...body };
  const call = (await world.client.placeCall({ body: asked })) as Call;
  talked.push(call.id);
  return call;
};

const spoken = (call: Call, speaker: 'agent' | 'recipient'): string[] =>
  call.transcript.filter((turn) => turn.speaker === speaker).map((turn) => turn.text);

describe('a person who answers', () => {
  it('confirms: one outcome with the words that prove it, and one signed webhook', async () => {
    const phone_number = numberFor('confirms', '203');
    const placed = await place({
      phone_number,
      webhook_url: world.receiver.url,
      metadata: { event_id: 'evt-1' },
    });
    expect(placed).toMatchObject({
      status: 'queued',
      simulated: true,
      recipient_name: 'Ana Example',
    });

    const call = await world.ended(placed.id);
    expect(call).toMatchObject({
      outcome: 'achieved',
      outcome_group: 'answered',
      successful: true,
      reached: true,
      end_reason: 'agent_goodbye',
      answered_by: 'human',
      metadata: { event_id: 'evt-1' },
      result: null,
      result_status: 'not_requested',
    });
    const proof = call.transcript[call.outcome_evidence?.turn ?? -1];
    expect(proof?.speaker).toBe('recipient');
    expect(proof?.text).toContain(call.outcome_evidence?.quote ?? 'no evidence');

    const webhook = await world.receiver.next('call.ended');
    const account = await world.client.getAccount();
    const verified = new Webhook(account.webhook_secret).verify(
      webhook.body,
      webhook.headers as Record<string, string>,
    );
    expect(verified).toMatchObject({
      type: 'call.ended',
      data: { id: call.id, outcome: 'achieved' },
    });
    expect(webhook.body).not.toContain(world.receiver.url);
    expect(world.phone(phone_number)).toHaveLength(1);
  });

  it('hears first of all that this is an AI and for whom it calls', async () => {
    const phone_number = numberFor('confirms', '204');
    const call = await world.ended((await place({ phone_number })).id);
    expect(spoken(call, 'agent')[0]).toBe(
      'Hello, this is an AI assistant calling for Clínica Boa Vista. This call is recorded.',
    );
    expect(Date.parse(call.disclosure_played_at ?? '')).toBeGreaterThan(
      Date.parse(call.answered_at ?? ''),
    );
    const [phone] = world.phone(phone_number);
    expect(phone?.heard[0]?.text).toContain('this is an AI assistant');
    expect(phone?.heard[0]?.complete).toBe(true);
  });

  it('asks to reschedule, in the words of the workflow', async () => {
    const outcomes = ['confirmed', 'wants_to_reschedule', 'not_coming'];
    const call = await world.ended(
      (await place({ phone_number: numberFor('asks_to_reschedule'), outcomes })).id,
    );
    expect(call).toMatchObject({
      outcome: 'wants_to_reschedule',
      outcome_group: 'answered',
      successful: null,
    });
  });

  it('declines, and success is told by the outcomes that count as success', async () => {
    const outcomes = ['confirmed', 'wants_to_reschedule', 'not_coming'];
    const call = await world.ended(
      (
        await place({
          phone_number: numberFor('declines'),
          outcomes,
          success_outcomes: ['confirmed'],
        })
      ).id,
    );
    expect(call).toMatchObject({ outcome: 'not_coming', successful: false });
  });

  it('hangs up before answering: hung_up, and never a made-up answer', async () => {
    const questions = [{ ask: 'Will you come?', type: 'yes_no' as const, key: 'coming' }];
    const call = await world.ended(
      (await place({ phone_number: numberFor('hangs_up_before_answering'), questions })).id,
    );
    expect(call).toMatchObject({
      outcome: 'hung_up',
      end_reason: 'recipient_hangup',
      reached: true,
    });
    expect(call.result?.['coming'] ?? null).toBeNull();
    expect(call.result_evidence).toEqual([]);
  });

  it('talks without answering: inconclusive', async () => {
    const call = await world.ended(
      (await place({ phone_number: numberFor('talks_without_answering') })).id,
    );
    expect(call).toMatchObject({
      outcome: 'inconclusive',
      outcome_group: 'follow_up',
      outcome_evidence: null,
    });
    expect(spoken(call, 'recipient').length).toBeGreaterThan(1);
  });

  it('hangs up in mid-sentence: what was said until then counts', async () => {
    const questions = [
      { ask: 'How do you rate us from 0 to 10?', type: 'number' as const, key: 'rating' },
    ];
    const call = await world.ended(
      (await place({ phone_number: numberFor('hangs_up_mid_sentence'), questions })).id,
    );
    expect(call).toMatchObject({
      outcome: 'achieved',
      end_reason: 'recipient_hangup',
      result: { rating: null },
    });
    expect(call.transcript.at(-1)).toMatchObject({ speaker: 'agent', interrupted: true });
  });

  it('interrupts: the agent stops, and only what was heard stands in the transcript', async () => {
    const phone_number = numberFor('interrupts');
    const call = await world.ended((await place({ phone_number })).id);
    const cut = call.transcript.find((turn) => turn.speaker === 'agent' && turn.interrupted);
    const kept = cut?.text.replace('…', '').trim() ?? '';
    expect(kept.split(' ').length).toBeGreaterThan(1);
    const [phone] = world.phone(phone_number);
    const truth = phone?.heard.find((utterance) => !utterance.complete)?.text ?? '';
    // What the transcript keeps and what the person heard differ by a word at most.
    expect(truth.startsWith(kept) || kept.startsWith(truth)).toBe(true);
    expect(Math.abs(truth.split(' ').length - kept.split(' ').length)).toBeLessThanOrEqual(2);
    expect(phone?.clears.length).toBeGreaterThan(0);
    expect(call.outcome).toBe('achieved');
  });

  it('answers questions: each answer is typed and quotes the person', async () => {
    const questions = [
      { ask: 'How do you rate us from 0 to 10?', type: 'number' as const, key: 'rating' },
      { ask: 'Would you recommend us?', type: 'yes_no' as const, key: 'recommends' },
      {
        ask: 'Which way did you come?',
        type: 'choice' as const,
        choices: ['car', 'bus'],
        key: 'way',
      },
    ];
    const call = await world.ended(
      (await place({ phone_number: numberFor('answers_survey'), questions })).id,
    );
    expect(call).toMatchObject({
      result_status: 'ok',
      result: { rating: 9, recommends: true, way: 'car' },
    });
    for (const { turn, quote } of call.result_evidence) {
      expect(call.transcript[turn]).toMatchObject({ speaker: 'recipient' });
      expect(call.transcript[turn]?.text).toContain(quote);
    }
    expect(call.answers_text).toContain('9');
  });

  it('speaks Portuguese when the call does', async () => {
    const task = 'Confirmar a consulta de 2026-12-01 às 14:00. Se não puder, oferece reagendar.';
    const outcomes = ['confirmado', 'reagendar', 'cancelado'];
    const call = await world.ended(
      (
        await place({
          phone_number: numberFor('confirms', '205'),
          task,
          language: 'pt-PT',
          outcomes,
        })
      ).id,
    );
    expect(call).toMatchObject({ outcome: 'confirmado', language: 'pt-PT' });
    expect(spoken(call, 'agent')[0]).toContain('inteligência artificial');
  });
});

describe('the recording of every conversation above', () => {
  it('is a stereo WAV: the agent on the left, the person on the right, word for word', async () => {
    expect(talked.length).toBeGreaterThanOrEqual(10);
    for (const id of talked) {
      const wav = await readFile((await world.engine.recordingPath(id)) ?? 'no recording');
      expectOwnChannels(await world.ended(id), wav);
    }
  });
});

function expectOwnChannels(call: Call, wav: Buffer): void {
  expect(wav.readUInt16LE(22)).toBe(2);
  const channels = { agent: wordsOf(wav, 0), recipient: wordsOf(wav, 1) };
  const others = { agent: channels.recipient, recipient: channels.agent };
  for (const { speaker, text, interrupted } of call.transcript) {
    // The last word of what was cut off may have been heard by half.
    const words = interrupted ? text.split(' ').slice(0, 2).join(' ').replace('…', '') : text;
    expect(channels[speaker]).toContain(words);
    expect(others[speaker]).not.toContain(words);
  }
}

const wordsOf = (wav: Buffer, channel: 0 | 1): string =>
  readWatermark(channelOf(wav, channel))
    .utterances.map((utterance) => utterance.text)
    .join(' ');

function channelOf(wav: Buffer, channel: 0 | 1): Uint8Array {
  const samples = new Int16Array(Math.floor((wav.length - 44) / 4));
  for (let i = 0; i < samples.length; i++) samples[i] = wav.readInt16LE(44 + i * 4 + channel * 2);
  return encodeMuLaw(samples);
}
