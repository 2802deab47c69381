import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { Server } from 'socket.io';
import * as z from 'zod/mini';

/** A minimal chat server: stores each message and emits it to a room. Each user has their own room. */
const Auth = z.object({ client: z.string(), rooms: z.array(z.string()) });
const Say = z.object({ to: z.object({ id: z.string() }), content: z.unknown() });

const TableName = 'bare-messages';

const [endpoint = ''] = process.argv.slice(2);
const client = new DynamoDBClient({
  endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});
const dynamo = DynamoDBDocumentClient.from(client);
await client.send(
  new CreateTableCommand({
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
    ],
  }),
);

const http = createServer();
const io = new Server(http, { transports: ['websocket'] });
io.of('/chat').on('connection', async (socket) => {
  const { client, rooms } = Auth.parse(JSON.parse(String(socket.handshake.query.auth)));
  await socket.join([client, ...rooms]);
  socket.on('say', async (message: unknown, acknowledge: (answer: unknown) => void) => {
    const { to, content } = Say.parse(message);
    const ts = Date.now();
    const id = `${ts}-${randomUUID()}`;
    await dynamo.send(new PutCommand({ TableName, Item: { pk: to.id, sk: id, ts, speaker: client, content } }));
    socket.to(to.id).emit('message', { id, from: { id: client }, content, ts });
    acknowledge({ success: true, id, ts });
  });
  socket.emit('login', { success: true, id: client });
});
http.listen(0, '127.0.0.1', () => {
  const { port } = http.address() as AddressInfo;
  process.send?.(`http://127.0.0.1:${port}`);
});
process.on('disconnect', () => process.exit());
