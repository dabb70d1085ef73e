// Made from the contract by scripts/generate.ts. Do not edit.

export const OPERATIONS = {
  placeCall: { method: 'POST', path: '/v1/calls' },
  checkCall: { method: 'POST', path: '/v1/calls/check' },
  listCalls: { method: 'GET', path: '/v1/calls' },
  getCall: { method: 'GET', path: '/v1/calls/{id}' },
  cancelCall: { method: 'POST', path: '/v1/calls/{id}/cancel' },
  streamCall: { method: 'GET', path: '/v1/calls/{id}/events', produces: 'text/event-stream' },
  getRecording: { method: 'GET', path: '/v1/calls/{id}/recording', produces: 'audio/wav' },
  subscribeWebhook: { method: 'POST', path: '/v1/webhooks' },
  listWebhooks: { method: 'GET', path: '/v1/webhooks' },
  unsubscribeWebhook: { method: 'DELETE', path: '/v1/webhooks/{id}' },
  getAccount: { method: 'GET', path: '/v1/account' },
  getHealth: { method: 'GET', path: '/healthz' },
  getReadiness: { method: 'GET', path: '/readyz' },
} as const;
