"""Keeps a copy of all profiles in a file as follow.py does, out of JetStream.

    pip install -r requirements.txt
    python3 follow_nats.py profiles.json [--once]

With --once it ends as soon as the copy is complete. YEKTA_NATS_URL is the server (nats://127.0.0.1:4222, or with a user
nats://reader:password@127.0.0.1:4222), YEKTA_TENANT the tenant (default).
"""

import asyncio
import json
import os
import signal
import sys
from contextlib import aclosing

import nats
from nats.js.api import DeliverPolicy

from in_order import Lost, read
from profile_copy import Copy

URL = os.environ.get("YEKTA_NATS_URL", "nats://127.0.0.1:4222")
TENANT = os.environ.get("YEKTA_TENANT", "default")
OUT, BUCKET = f"YEKTA_OUT_{TENANT}", f"YEKTA_PROFILES_{TENANT}"
UPDATES = f"yekta.v1.{TENANT}.profile"


def in_journal(message):
    """Where a message stands in the journal, out of which the server makes both the stream and the bucket."""
    return int(message.headers["Nats-Stream-Source"].split()[1])


async def snapshot(js, copy):
    """Takes all the profiles from the bucket; gives how far it is ahead of the stream, as a place in the journal."""
    # The position comes first: what happens while the bucket is read is told by the stream, too.
    position, told, reached = (await js.stream_info(OUT)).state.last_seq, 0, 0
    async with aclosing(read(js, OUT, f"{UPDATES}.updated.*", deliver_policy=DeliverPolicy.LAST)) as latest:
        if last := await anext(latest):
            position, told = last.metadata.sequence.stream, in_journal(last)
    profiles, all_keys = {}, {"deliver_policy": DeliverPolicy.LAST_PER_SUBJECT}
    async with aclosing(read(js, f"KV_{BUCKET}", f"$KV.{BUCKET}.*", **all_keys)) as entries:
        async for entry in entries:
            if entry:
                # Who is no more has an empty entry.
                profile, reached = entry.subject.rpartition(".")[2], in_journal(entry)
                profiles[profile] = json.loads(entry.data)["document"] if entry.data else None
            elif reached >= told:
                break
            # Else the bucket, which fills by itself, has not yet what the stream told before the position: it comes.
    with copy.lock:
        copy.profiles = {profile: document for profile, document in profiles.items() if document}
        copy.cursor, copy.complete = position, False
    return reached if 0 < told < reached else 0


async def follow(js, copy, once):
    """Follows the stream; gives whether all that was wanted is told."""
    state, ahead = (await js.stream_info(OUT)).state, 0
    # What the stream no longer holds, or never did because it is another one, only the bucket can tell.
    if not copy.complete or not state.first_seq - 1 <= copy.cursor <= state.last_seq:
        ahead = await snapshot(js, copy)
    behind = {"deliver_policy": DeliverPolicy.BY_START_SEQUENCE, "opt_start_seq": copy.cursor + 1}
    async with aclosing(read(js, OUT, f"{UPDATES}.>", **behind)) as messages:
        async for message in messages:
            if message:
                with copy.lock:
                    # Of what the bucket had already the versions say that it is not new.
                    copy.tell(json.loads(message.data))
                    copy.cursor = message.metadata.sequence.stream
                ahead = ahead if in_journal(message) < ahead else 0
            elif not ahead:
                copy.complete = True
                if once:
                    return True


async def main(path, once):
    copy, is_done = Copy(path, int), False

    async def report(error):
        print(f"nats: {error or type(error).__name__}", file=sys.stderr)

    # The inbox is the one that nats-server.conf lets readers have.
    nc = await nats.connect(URL, inbox_prefix=b"_INBOX_reader", max_reconnect_attempts=-1, error_cb=report)
    while not is_done:
        try:
            is_done = await follow(nc.jetstream(), copy, once)
        except asyncio.TimeoutError:
            # Silence; or something was lost, which a new consumer tells now.
            pass
        except (nats.errors.Error, Lost) as error:
            await report(error)
            await asyncio.sleep(1)
    copy.save()
    await nc.close()
    print(f"{len(copy.profiles)} profiles")


if len(sys.argv) not in (2, 3) or sys.argv[2:] not in ([], ["--once"]):
    sys.exit("usage: follow_nats.py FILE [--once]")
# Whenever it is ended, the file is true: there is nothing to clean up.
signal.signal(signal.SIGINT, signal.SIG_DFL)
asyncio.run(main(sys.argv[1], sys.argv[2:] == ["--once"]))
