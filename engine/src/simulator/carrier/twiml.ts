// The TwiML verbs that are understood (https://www.twilio.com/docs/voice/twiml).
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { fail, ok, type Result } from '../../lib/result.ts';

export type Verb =
  | { verb: 'connect_stream'; stream: StreamNoun; action: string | undefined }
  | { verb: 'say'; text: string; language: string }
  | { verb: 'pause'; seconds: number }
  | { verb: 'play' }
  | { verb: 'redirect'; url: string }
  | { verb: 'hangup' }
  | { verb: 'reject'; busy: boolean }
  | { verb: 'unsupported'; name: string };

export interface StreamNoun {
  url: string;
  name: string;
  statusCallback: string | undefined;
  parameters: Record<string, string>;
}

/** Twilio's error codes for TwiML (https://www.twilio.com/docs/api/errors). */
export type TwimlFailure = { code: 12100 | 12200 };

/** Returns the verbs of a document in order. */
export function parseTwiml(xml: string): Result<Verb[], TwimlFailure> {
  if (XMLValidator.validate(xml) !== true) return fail({ code: 12100 });
  const document = parser.parse(xml) as XmlNode[];
  const response = document.find((node) => nameOf(node) === 'Response');
  if (!response) return fail({ code: 12200 });
  return ok(
    childrenOf(response)
      .filter((node) => !nameOf(node).startsWith('#'))
      .map(toVerb),
  );
}

type XmlNode = { ':@'?: Record<string, string> } & Record<string, unknown>;

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  ignoreDeclaration: true,
});

const nameOf = (node: XmlNode): string => Object.keys(node).find((key) => key !== ':@') ?? '';
const childrenOf = (node: XmlNode): XmlNode[] =>
  (node[nameOf(node)] as XmlNode[] | undefined) ?? [];
const attributesOf = (node: XmlNode): Record<string, string> => node[':@'] ?? {};
const textOf = (node: XmlNode): string =>
  childrenOf(node)
    .map((child) => String(child['#text'] ?? ''))
    .join(' ')
    .trim();

function toVerb(node: XmlNode): Verb {
  const name = nameOf(node);
  const attributes = attributesOf(node);
  switch (name) {
    case 'Connect':
      return toConnect(node);
    case 'Say':
      return { verb: 'say', text: textOf(node), language: attributes['language'] ?? 'en' };
    case 'Pause':
      return { verb: 'pause', seconds: Number(attributes['length'] ?? '1') || 0 };
    case 'Play':
      return { verb: 'play' };
    case 'Redirect':
      return { verb: 'redirect', url: textOf(node) };
    case 'Hangup':
      return { verb: 'hangup' };
    case 'Reject':
      return { verb: 'reject', busy: attributes['reason'] === 'busy' };
    default:
      return { verb: 'unsupported', name };
  }
}

function toConnect(node: XmlNode): Verb {
  const stream = childrenOf(node).find((child) => nameOf(child) === 'Stream');
  if (!stream) return { verb: 'unsupported', name: 'Connect' };
  const { url, name, statusCallback } = attributesOf(stream);
  const parameters: Record<string, string> = {};
  for (const child of childrenOf(stream)) {
    const attributes = attributesOf(child);
    if (nameOf(child) === 'Parameter')
      parameters[attributes['name'] ?? ''] = attributes['value'] ?? '';
  }
  return {
    verb: 'connect_stream',
    stream: { url: url ?? '', name: name ?? '', statusCallback, parameters },
    action: attributesOf(node)['action'],
  };
}
