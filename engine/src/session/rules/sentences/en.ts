import type { Sentences } from './sentences.ts';

export const english: Sentences = {
  heard_by_native_speaker: false,
  hello: (name) => `Hello, this is an AI assistant calling for ${name}.`,
  returned: (name) => `Thank you for calling back, this is an AI assistant of ${name}.`,
  recorded: 'This call is recorded.',
  may_record: 'May I record this call? Please answer yes or no.',
  opted_out: 'All right, you will not be called again. Goodbye.',
  putting_through: 'One moment please, I am putting you through.',
  not_put_through:
    'I am sorry, nobody can take your call now. Somebody will get in touch with you. Goodbye.',
  briefing: ({ name, about }) => `A call for ${name} is being put through. ${about}`,
};
