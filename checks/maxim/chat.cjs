// One user of maxleap-im 3.0.17: prints what he is told, as `{"event", "args"}` a line, and does what comes in, a line
// `{"call": name, "args"}` for one of its functions, or `{"say": {"to", "id", "text"}}`.
const im = require('maxleap-im/lib/im.js');
const { createInterface } = require('node:readline');

const [, , url, options] = process.argv;
const tell = (event, ...args) => console.log(JSON.stringify({ event, args }));

// The one thing that an app changes: where its server is.
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
