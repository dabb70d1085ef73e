import { Agent, request } from 'node:http';

export interface Post {
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** Sends every request, `atOnce` of them at a time, and returns how long it took; throws when one is not answered 201. */
export async function postAll(posts: readonly Post[], atOnce: number): Promise<{ ms: number }> {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const left = posts.values();
  const started = performance.now();
  const lane = async (): Promise<void> => {
    for (const post of left) await send(post, agent);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  agent.destroy();
  return { ms: performance.now() - started };
}

function send({ url, headers, body }: Post, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent, method: 'POST', headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () =>
        response.statusCode === 201
          ? resolve()
          : reject(new Error(`${url} answered ${response.statusCode}: ${text}`)),
      );
    });
    asked.on('error', reject);
    asked.end(body);
  });
}
