// A speech model that thinks for no time: from the first sound it hears it speaks without a pause, in real time, with
// the words of both sides. Nobody interrupts. Fields: `resources/realtime/realtime.d.ts` of the openai package, 7.57.
import type { WebSocket } from 'ws';
import { BYTES_PER_MS } from '../../../engine/src/lib/mu-law.ts';
import { createStampedAudio, delayOf } from './stamped-audio.ts';
import type { Traffic } from './traffic.ts';

/** How long each turn of the agent is. In the middle of it the words of a turn of the person come. */
export const TURN_MS = 6_000;
/** How often words of the agent come. */
export const WORDS_EVERY_MS = 250;
const WORDS = ' and then';
const PERSON_SAID = 'Yes, Tuesday at half past two is fine with me.';

/** Answers an open socket until it closes. `phase` from 0 to 1 is its place among the other sessions. */
export function speakAsModel(socket: WebSocket, traffic: Traffic, phase: number): void {
  const { deltaMs, pace } = traffic;
  const audio = createStampedAudio(deltaMs * BYTES_PER_MS);
  const stops: (() => void)[] = [];
  let events = 0;
  let turn = 0;
  let lastItem: string | null = null;
  let isSpeaking = false;

  const send = (type: string, fields: object): void => {
    if (socket.readyState !== socket.OPEN) return;
    events += 1;
    socket.send(JSON.stringify({ type, event_id: `event_${events}`, ...fields }));
  };
  const place = () => ({
    response_id: `resp_${turn}`,
    item_id: `item_agent_${turn}`,
    output_index: 0,
    content_index: 0,
  });
  const agentItem = (status: string) => ({
    id: `item_agent_${turn}`,
    type: 'message',
    role: 'assistant',
    status,
    content: [],
  });

  function beginTurn(): void {
    turn += 1;
    const item = agentItem('in_progress');
    send('response.created', { response: { id: `resp_${turn}`, status: 'in_progress' } });
    send('response.output_item.added', { response_id: `resp_${turn}`, output_index: 0, item });
    send('conversation.item.added', { item, previous_item_id: lastItem });
    lastItem = item.id;
  }

  function endTurn(): void {
    const item = agentItem('completed');
    const transcript = WORDS.repeat(TURN_MS / WORDS_EVERY_MS);
    send('response.output_audio.done', place());
    send('response.output_audio_transcript.done', { ...place(), transcript });
    send('response.output_item.done', { response_id: `resp_${turn}`, output_index: 0, item });
    const usage = { input_tokens: 100, output_tokens: 120 };
    send('response.done', { response: { id: `resp_${turn}`, status: 'completed', usage } });
  }

  function hearPerson(): void {
    const id = `item_person_${turn}`;
    const item = { id, type: 'message', role: 'user', status: 'completed', content: [] };
    send('conversation.item.added', { item, previous_item_id: lastItem });
    lastItem = id;
    send('conversation.item.input_audio_transcription.completed', {
      item_id: id,
      content_index: 0,
      transcript: PERSON_SAID,
    });
  }

  function speak(): void {
    isSpeaking = true;
    beginTurn();
    const every = (everyMs: number, phaseMs: number, work: () => void): void => {
      stops.push(pace.add({ everyMs, phaseMs, send: work }).stop);
    };
    every(TURN_MS, TURN_MS, () => {
      endTurn();
      beginTurn();
    });
    every(TURN_MS, TURN_MS * (0.25 + phase / 2), hearPerson);
    every(WORDS_EVERY_MS, WORDS_EVERY_MS * phase, () =>
      send('response.output_audio_transcript.delta', { ...place(), delta: WORDS }),
    );
    every(deltaMs, deltaMs * phase, () =>
      send('response.output_audio.delta', { ...place(), delta: audio() }),
    );
  }

  socket.on('message', (message: Buffer) => {
    const delay = delayOf(message);
    if (delay === undefined) {
      if (message.includes('"type":"session.update"'))
        send('session.updated', { session: SESSION });
      return;
    }
    traffic.arrived('up', delay, !isSpeaking);
    if (!isSpeaking) speak();
  });
  socket.on('close', () => {
    for (const stop of stops) stop();
  });
  send('session.created', { session: SESSION });
}

const SESSION = { id: 'sess_of_the_bench', type: 'realtime', object: 'realtime.session' };
