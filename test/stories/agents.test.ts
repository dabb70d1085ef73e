// Agents, told by the people who save them and by the workflows that call with them.
import type { Agent } from '../../engine/src/contract/agent.ts';
import type { Call } from '../../engine/src/contract/call.ts';
import type { Field } from '../../engine/src/contract/field-list.ts';
import type { SimulatedBehaviour } from '../../engine/src/contract/vocabulary.ts';
import { expectedOutcome } from '../../engine/src/simulator/dialogue/expected-outcome.ts';
import { numberFor } from '../../engine/src/simulator/index.ts';
import { expectedAnswer } from '../../engine/src/simulator/recipients/words.ts';
import { createWorld, type World } from '../world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld({ at: '2026-11-23T10:00:00Z' });
});
afterAll(() => world.close());

/** What a workflow has of its record, for each ready agent. */
const RECORDS: Record<string, Record<string, string>> = {
  onboarding_call: { product: 'Recado Pro', contact: 'Rita Sousa' },
  appointment_confirmation: { appointment: 'Dra. Silva', starts_at: '2026-11-24T14:30' },
  delivery_call: { order_number: '1042', delivery_date: '2026-11-24' },
  satisfaction_survey: { subject: 'Login', solved_on: '2026-11-20' },
};
const LANGUAGES = { en: 'en', 'pt-PT': 'pt' } as const;
// Each of one time zone.
const AREAS = ['201', '202', '203', '205', '206', '207', '209', '210', '212', '213', '214', '215'];
let area = 0;

async function callWith(
  agent: Agent,
  behaviour: SimulatedBehaviour,
  body: Record<string, unknown>,
): Promise<Call> {
  const phone_number = numberFor(behaviour, AREAS[area++ % AREAS.length]);
  const asked = { phone_number, agent_id: agent.id, ...body };
  const placed = (await world.client.placeCall({ body: asked })) as Call;
  return world.ended(placed.id, 40);
}

describe.each(Object.keys(RECORDS))('the ready agent %s', (ready) => {
  describe.each(['en', 'pt-PT'] as const)('in %s', (language) => {
    let agent: Agent;
    let results: Field[];
    let outcomes: string[];
    beforeAll(async () => {
      agent = (await world.client.addReadyAgent({ body: { ready, language } })) as Agent;
      const fields = await world.client.getAgentFields({ params: { id: agent.id }, query: {} });
      results = fields.results;
      outcomes = fields.outcomes;
    });

    it.each(['confirms', 'declines'] as const)('somebody who %s', async (behaviour) => {
      const call = await callWith(agent, behaviour, { variables: RECORDS[ready] });
      const expected = expectedOutcome(behaviour, outcomes);
      expect(call).toMatchObject({
        agent_id: agent.id,
        agent_version: 1,
        language,
        outcome: expected,
        outcome_group: 'answered',
        successful: expected === outcomes[0],
        result_status: 'ok',
      });
      expect(call.result).toEqual(
        Object.fromEntries(
          results.map(({ key, type, choices }) => [
            key,
            expectedAnswer(
              { type: type as 'text', choices: choices ?? [] },
              LANGUAGES[language],
              behaviour,
            ).value,
          ]),
        ),
      );
      const proof = call.transcript[call.outcome_evidence?.turn ?? -1];
      expect(proof?.speaker).toBe('recipient');
    });
  });
});
