import { Event } from '../../engine/src/contract/event.ts';
import { eventBody } from '../../engine/src/events/event-body.ts';

describe('the body of an event', () => {
  it('is compact JSON with its fields in one order, whatever order they were given in', () => {
    const event = {
      data: { id: 'call_1', status: 'ended' },
      simulated: true,
      mode: 'test' as const,
      created_at: '2026-03-01T10:00:00.000Z',
      type: 'call.ended' as const,
      id: 'evt_1',
    };
    const body = eventBody(event);
    expect(body).toBe(
      '{"id":"evt_1","type":"call.ended","created_at":"2026-03-01T10:00:00.000Z","mode":"test","simulated":true,"data":{"id":"call_1","status":"ended"}}',
    );
    expect(Event.parse(JSON.parse(body))).toEqual(event);
  });

  it('F6: survives half an emoji, which no UTF-8 text can hold', () => {
    const body = eventBody({
      id: 'evt_1',
      type: 'call.ended',
      created_at: '2026-03-01T10:00:00.000Z',
      mode: 'live',
      simulated: false,
      data: { text: '\ud83d' },
    });
    expect(Buffer.from(body).toString()).toBe(body);
  });
});
