// Who answers which test number: any +1 area code with 555-01xx, the last two digits choose the behaviour.
// The names are those of the public contract; a test compares the two lists.

/** Last two digits -> behaviour. Numbers that are not in the table confirm. */
export const BEHAVIOUR_DIGITS = {
  '00': 'confirms',
  '01': 'asks_to_reschedule',
  '02': 'declines',
  '03': 'no_answer',
  '04': 'busy',
  '05': 'voicemail',
  '06': 'unreachable',
  '07': 'opts_out',
  '08': 'wrong_person',
  '09': 'wants_human',
  '10': 'phone_menu',
  '11': 'interrupts',
  '12': 'stays_silent',
  '13': 'hangs_up_mid_sentence',
  '14': 'hangs_up_before_answering',
  '15': 'talks_without_answering',
  '16': 'answers_second_attempt',
  '17': 'call_screening',
  '18': 'answers_survey',
  '19': 'carrier_error',
} as const;

export type Behaviour = (typeof BEHAVIOUR_DIGITS)[keyof typeof BEHAVIOUR_DIGITS];

export const BEHAVIOURS: readonly Behaviour[] = Object.values(BEHAVIOUR_DIGITS);

const TEST_NUMBER = /^\+1\d{3}55501(\d\d)$/;

/** Returns how the person at `phoneNumber` (E.164) behaves, unless `wanted` names a behaviour. */
export function behaviourOf(phoneNumber: string, wanted?: string | null): Behaviour {
  const named = BEHAVIOURS.find((behaviour) => behaviour === wanted);
  if (named) return named;
  const digits = TEST_NUMBER.exec(phoneNumber)?.[1] ?? '';
  return (BEHAVIOUR_DIGITS as Record<string, Behaviour>)[digits] ?? 'confirms';
}

/** Returns a test number that behaves so, such as +12025550105. */
export function numberFor(behaviour: Behaviour, areaCode = '202'): string {
  const digits =
    Object.entries(BEHAVIOUR_DIGITS).find(([, name]) => name === behaviour)?.[0] ?? '00';
  return `+1${areaCode}55501${digits}`;
}
