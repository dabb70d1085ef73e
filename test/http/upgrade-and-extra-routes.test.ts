import { WebSocket, WebSocketServer } from 'ws';
import { createHttpWorld, type HttpWorld } from './http-world.ts';

let world: HttpWorld;

it('routes outside the contract have their own body parsers, 405s, problems and upgrades', async () => {
  const sockets = new WebSocketServer({ noServer: true });
  world = await createHttpWorld({
    extraRoutes: (app) => {
      app.addContentTypeParser(
        'application/x-www-form-urlencoded',
        { parseAs: 'string' },
        (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
      );
      app.post('/carriers/x/:token', async (request) => ({ got: request.body }));
    },
    onUpgrade: (request, socket, head) =>
      request.url === '/media'
        ? sockets.handleUpgrade(request, socket, head, (ws) =>
            ws.on('message', (data) => ws.send(data)),
          )
        : socket.destroy(),
  });
  const form = await world.ask('/carriers/x/secret-token', {
    method: 'POST',
    body: 'a=1',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    key: null,
  });
  expect(form.json).toEqual({ got: { a: '1' } });
  expect((await world.ask('/carriers/x/secret-token')).status).toBe(405);
  expect(
    (
      await world.ask('/carriers/x/secret-token', {
        body: 'x',
        headers: { 'content-type': 'text/xml' },
      })
    ).json.code,
  ).toBe('unsupported_media_type');
  expect(world.logLines.join('')).not.toContain('secret-token');
  expect(
    (
      await world.ask('/v1/calls', {
        method: 'POST',
        body: 'a=1',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      })
    ).status,
  ).toBe(415);

  const socket = new WebSocket(`ws://127.0.0.1:${world.port}/media`);
  const echoed = new Promise((resolve) => socket.once('message', (data) => resolve(String(data))));
  socket.once('open', () => socket.send('hello'));
  expect(await echoed).toBe('hello');
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await world.close();
  await closed;
});
