// One user of maxleap-im 3.0.17: prints each event as a line `{"event", "args"}`. Each input line is a command:
// `{"call": name, "args"}` calls a function, `{"say": {"to", "id", "text"}}` sends a message.
const im = require('maxleap-im/lib/im.js');
const { createInterface } = require('node:readline');

const [, , url, options] = process.argv;
const tell = (event, ...args) => console.log(JSON.stringify({ event, args }));

// The only change of an app: the address of the server.
im._engine.getServer = (cache) => {
  cache.server = { socket: `${url}/chat`, rest: url };
};
const me = im(JSON.parse(options), (login) => tell('login', login));
me.onMessage((message) => tell('message', message));
me.online((id) => tell('online', id));
me.sys((message) => tell('sys', message));
me.yourself((message) => tell('yourself', message));

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { call, args, say } = JSON.parse(line);
    const answered = (error, answer) => tell('answer', { error, answer });
    if (call === 'listFriends') return me.listFriends(...args, answered, false);
    if (call) return me[call](...args, answered);
    me[say.to](say.id).text(say.text).ok();
  })
  .on('close', () => process.exit());
