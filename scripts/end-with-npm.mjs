// Ends this process with the npm that started it. A supervisor signals npm alone; npm signals the shell that runs the
// script; and not every shell passes that on. (`exec` in the script would do, but for shells that have no such word.)
const { npm_lifecycle_event: script } = process.env;
const parent = process.ppid;

if (script !== undefined && process.platform !== 'win32') {
  const look = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(look);
    process.kill(process.pid, 'SIGTERM');
  }, 250);
  look.unref();
}
