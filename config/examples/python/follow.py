"""Keeps a copy of all profiles in a file, true over broken connections, restarts and kills.

    python3 follow.py profiles.json [--once]

With --once it ends as soon as the copy is complete and has what there is.
YEKTA_URL is the service (http://127.0.0.1:8080), YEKTA_READ_KEY its read key, if it has one.
"""

import http.client
import json
import os
import signal
import sys
import time
import urllib.error

from profile_copy import Copy
from server_sent import events

# Without a last id the stream begins with all the profiles that there are; with one it goes on there.
URL = os.environ.get("YEKTA_URL", "http://127.0.0.1:8080").rstrip("/") + "/v1/updates?snapshot=true"
KEY = os.environ.get("YEKTA_READ_KEY")


def let_hold(copy, event):
    """Lets one event hold in the copy, and its id with it: an id alone would lose what it says."""
    kind, data = event.get("event"), json.loads(event.get("data", "null"))
    with copy.lock:
        if kind == "snapshot":
            copy.profiles[data["profile"]] = data["document"]
        elif kind == "updates":
            copy.tell(data)
        elif kind == "live":
            copy.complete = True
        elif kind == "reset":
            # What lies behind the id is kept no longer: all the profiles follow, as in the beginning.
            copy.profiles, copy.complete = {}, False
        # Now and then an event without data says where the stream is.
        copy.cursor = event.get("id", copy.cursor)


def listen(copy, once):
    """Follows one connection; gives whether all that was wanted is told."""
    # The service says every 15 seconds that it is there: silence for longer is a connection that is dead.
    for event in events(URL, copy.cursor, KEY, 60):
        let_hold(copy, event)
        # Told on each connection, when everything there is was told.
        if once and event.get("event") == "live":
            return True
    return False


def main(path, once):
    copy, is_done = Copy(path, str), False
    while not is_done:
        try:
            is_done = listen(copy, once)
        except urllib.error.HTTPError as refusal:
            if refusal.code not in (429, 502, 503, 504):
                sys.exit(f"refused with {refusal.code}: {refusal.read().decode(errors='replace')}")
            print(f"not now ({refusal.code})", file=sys.stderr)
        except (OSError, http.client.HTTPException) as error:
            print(f"connection lost ({error})", file=sys.stderr)
        if not is_done:
            time.sleep(1)
    copy.save()
    print(f"{len(copy.profiles)} profiles")


if len(sys.argv) not in (2, 3) or sys.argv[2:] not in ([], ["--once"]):
    sys.exit("usage: follow.py FILE [--once]")
# Whenever it is ended, the file is true: there is nothing to clean up.
signal.signal(signal.SIGINT, signal.SIG_DFL)
main(sys.argv[1], sys.argv[2:] == ["--once"])
