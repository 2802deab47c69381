"""One user: prints each event as a line `{"event", "args"}`, and sends each input line as a message.

A line `{"messages": [...], "leave_ms": n}` sends several, and closes the connection after `n` milliseconds.

chat.py url|payload URL CREDENTIALS OPTIONS, with python-socketio 4.x (url only) or 5.x.
"""

import asyncio
import json
import sys
from importlib.metadata import version
from urllib.parse import quote

import socketio

place, url, credentials, settings = sys.argv[1:]
sio = socketio.AsyncClient()


def tell(event, *args):
    print(json.dumps({"event": event, "args": args}), flush=True)


sio.on("login", lambda login: tell("login", login), namespace="/chat")
sio.on("message", lambda message: tell("message", message), namespace="/chat")
sio.on("ack", lambda ack: tell("ack", ack), namespace="/chat")
sio.on("synced", lambda synced: tell("synced", synced), namespace="/chat")
sio.on("disconnect", lambda *reason: tell("disconnect"), namespace="/chat")


async def say(message):
    try:
        await sio.emit("say", message, namespace="/chat", callback=lambda answer: tell("answer", answer))
    except socketio.exceptions.SocketIOError as error:
        # The client is about to reconnect.
        print(repr(error), file=sys.stderr)


async def main():
    options = {"namespaces": ["/chat"], "transports": json.loads(settings).get("transports")}
    if version("python-socketio") >= "5":
        # It waits for the namespace for one second only. The machine may be under load.
        options["wait_timeout"] = 10
    if place == "payload":
        await sio.connect(url, auth=json.loads(credentials), **options)
    else:
        await sio.connect(f"{url}?auth={quote(credentials)}", **options)
    while line := await asyncio.to_thread(sys.stdin.readline):
        said = json.loads(line)
        for message in said.get("messages", [said]):
            await say(message)
        if "leave_ms" in said:
            await asyncio.sleep(said["leave_ms"] / 1000)
            break
    await sio.disconnect()


asyncio.run(main())
