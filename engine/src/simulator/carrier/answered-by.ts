// Who answered, as answering machine detection tells it
// (https://www.twilio.com/docs/voice/answering-machine-detection).
import type { Behaviour } from '../recipients/behaviours.ts';
import type { LiveCall } from './live-call.ts';

const HUMAN_AFTER_MS = 2000;
const UNKNOWN_AFTER_MS = 5000;
const BEEP_VERDICT = 'machine_end_beep';

const UNCLEAR: Partial<Record<Behaviour, true>> = { stays_silent: true, phone_menu: true };

/** Tells the verdict to `AsyncAmdStatusCallback` when detection was asked for. */
export function reportAnsweredBy(live: LiveCall): void {
  if (!live.fields.get('MachineDetection') || live.fields.get('AsyncAmd') !== 'true') return;
  const tell = (verdict: string): void => {
    if (live.over.aborted) return;
    live.answeredBy(verdict);
    const url = live.fields.get('AsyncAmdStatusCallback');
    const { CallSid = '', AccountSid = '' } = live.standardFields();
    const MachineDetectionDuration = String(Math.round(live.phone.atMs()));
    if (url)
      void live.webhooks.send(url, {
        CallSid,
        AccountSid,
        AnsweredBy: verdict,
        MachineDetectionDuration,
      });
  };
  const verdict = verdictAtOnce(live);
  if (verdict === BEEP_VERDICT) return live.onBeep(() => tell(verdict));
  live.clock.after(verdict === 'unknown' ? UNKNOWN_AFTER_MS : HUMAN_AFTER_MS, () => tell(verdict));
}

/** Returns the verdict for the `Url` request when the engine wanted to wait for it, else undefined. */
export function answeredByAtOnce(live: LiveCall): string | undefined {
  if (!live.fields.get('MachineDetection') || live.fields.get('AsyncAmd') === 'true')
    return undefined;
  return verdictAtOnce(live);
}

function verdictAtOnce({ call, fields }: LiveCall): string {
  if (call.behaviour === 'voicemail') {
    return fields.get('MachineDetection') === 'DetectMessageEnd' ? BEEP_VERDICT : 'machine_start';
  }
  return UNCLEAR[call.behaviour] ? 'unknown' : 'human';
}
