import { createClock } from '../lib/clock.ts';
import { connect, explain } from './ask-engine.ts';
import { type CallOptions, type CallRequest, callRequest } from './call-request.ts';
import { report } from './failure.ts';
import { followCall } from './follow-call.ts';
import { engineUrl, findApiKey, readSettings } from './settings.ts';
import { type Call, namesOf, resultLines, turnLine } from './show-call.ts';
import type { Terminal } from './terminal.ts';

type Options = CallOptions & { json?: boolean; follow: boolean };

/**
 * `recado call`: places a call at the running engine and follows it to its end. Returns 0 once the call has ended,
 * whatever its outcome; 1 when it could not be placed or followed.
 */
export async function call(
  phoneNumber: string,
  options: Options,
  terminal: Terminal,
): Promise<number> {
  const settings = readSettings();
  if (!settings.ok) return report(terminal, settings.failure);
  const request = callRequest(phoneNumber, options);
  if (!request.ok) return report(terminal, request.failure);
  const key = await findApiKey(settings.value);
  if (!key.ok) return report(terminal, key.failure);

  const url = engineUrl(settings.value);
  try {
    await placeAndShow({ url, key: key.value, request: request.value, options, terminal });
    return 0;
  } catch (error) {
    return report(terminal, explain(error, url));
  }
}

interface Order {
  url: string;
  key: string;
  request: CallRequest;
  options: Options;
  terminal: Terminal;
}

async function placeAndShow({ url, key, request, options, terminal }: Order): Promise<void> {
  const client = connect(url, key);
  const placed = await client.placeCall({ body: request });
  if (!options.follow) {
    terminal.say(options.json ? JSON.stringify(placed, null, 2) : placed.id);
    return;
  }
  const quiet: Terminal = { ...terminal, say: () => undefined, live: () => undefined };
  const shown = options.json ? quiet : terminal;
  showPlaced(placed, url, shown);
  const names = namesOf(placed.recipient_name);
  const ended = await followCall(client, placed.id, createClock(), {
    status: (status) => shown.live(`${status.replace('_', ' ')} …`),
    turn(turn) {
      shown.say(turnLine(turn, names, terminal.paint));
      shown.live('in conversation …');
    },
  });
  shown.say();
  for (const line of resultLines(ended, terminal.paint)) shown.say(line);
  if (ended.recording_url) shown.say(`${terminal.paint.bold('Recording  ')}${ended.recording_url}`);
  if (options.json) terminal.say(JSON.stringify(ended, null, 2));
}

function showPlaced(placed: Call, url: string, { say, paint }: Terminal): void {
  say(
    `${paint.green('✔')} ${placed.replayed ? 'This call was placed before' : 'Call accepted'}: ${placed.id}`,
  );
  if (placed.simulated) {
    say(
      paint.yellow(
        'Simulated call: real protocols, real audio, scripted voices. No AI model and no phone network.',
      ),
    );
  }
  say(paint.dim(`  It goes on when you press Ctrl-C; its state: ${url}/v1/calls/${placed.id}`));
  say();
}
