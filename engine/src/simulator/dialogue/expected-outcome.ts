/**
 * Returns the outcome that a simulated recipient of this behaviour speaks for, undefined for behaviours
 * in which nobody talks. `outcomes` are the words of the call, in its order.
 */
export function expectedOutcome(
  behaviour: string,
  outcomes: readonly string[],
): string | undefined {
  switch (behaviour) {
    case 'confirms':
    case 'interrupts':
    case 'answers_survey':
    case 'answers_second_attempt':
      return outcomes[0];
    case 'asks_to_reschedule':
      return outcomes[1] ?? outcomes.at(-1);
    case 'declines':
      return outcomes.at(-1);
    case 'opts_out':
      return 'opted_out';
    case 'wrong_person':
      return 'wrong_person';
    case 'wants_human':
      return 'needs_human';
    case 'talks_without_answering':
      return 'inconclusive';
    default:
      return undefined;
  }
}
