// One user: prints each event as a line {"event", "args"}, and sends each input line as a message.
// A line {"messages": […], "leave_ms": n} sends several, and disconnects after n milliseconds.
//
// chat.mjs MODULE url|payload URL CREDENTIALS OPTIONS
import { createInterface } from 'node:readline';
import { connectUser } from './user.mjs';

const [module, place, url, credentials, options] = process.argv.slice(2);
const { default: connect } = await import(module);
// Readers of lines may take the line separator of Unicode for the end of a line.
const tell = (event, ...args) => console.log(JSON.stringify({ event, args }).replaceAll('\u2028', '\\u2028'));
const user = connectUser(connect, place, url, credentials, JSON.parse(options), tell);

let leaving = false;
const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const said = JSON.parse(line);
  for (const message of said.messages ?? [said]) user.say(message);
  if (said.leave_ms === undefined) return;
  leaving = true;
  // The process ends by itself when everything is sent.
  setTimeout(user.leave, said.leave_ms);
});
lines.on('close', () => {
  if (leaving) return;
  user.leave();
  process.exit();
});
