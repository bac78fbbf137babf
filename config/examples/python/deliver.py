"""Delivers what Yekta decided: messages to customers, to a webhook or to the screen, and says what became of each.

    python3 deliver.py deliveries.db [--to https://example.org/send]

The file remembers what was done: it may be killed at any moment and started again. It begins with what is decided from
its first start on.
YEKTA_URL is the service (http://127.0.0.1:8080), YEKTA_READ_KEY and YEKTA_WRITE_KEY its keys, if it has any;
YEKTA_CHANNEL the channel that the answers come by (web).
"""

import argparse
import http.client
import json
import os
import signal
import sys
import time
import urllib.error

from delivery import URL, Deliveries, Later
from server_sent import events


def listen(deliveries):
    """Follows one connection to its end."""
    # The service says every 15 seconds that it is there: silence for longer is a connection that is dead.
    for event in events(f"{URL}/v1/updates?stream=action", deliveries.cursor(), os.environ.get("YEKTA_READ_KEY"), 60):
        if event.get("event") == "action":
            deliveries.take(json.loads(event["data"]))
        elif event.get("event") == "reset":
            print("ACTIONS ARE MISSING: what came while this was away is kept no longer", file=sys.stderr)
        # Once it is done: whoever is killed before gets it again. Now and then an event without data says where the stream is.
        if "id" in event:
            deliveries.reached(event["id"])


def main(path, webhook):
    deliveries = Deliveries(path, webhook)
    while True:
        try:
            listen(deliveries)
        except urllib.error.HTTPError as refusal:
            if refusal.code not in (429, 502, 503, 504):
                sys.exit(f"refused with {refusal.code}: {refusal.read().decode(errors='replace')}")
            print(f"not now ({refusal.code})", file=sys.stderr)
        except Later as reason:
            # The stream is read again from the last that was done.
            print(f"once more: {reason}", file=sys.stderr)
        except (OSError, http.client.HTTPException) as error:
            print(f"connection lost ({error})", file=sys.stderr)
        time.sleep(1)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description="Delivers what Yekta decided")
    arguments.add_argument("file", help="remembers what was done")
    arguments.add_argument("--to", metavar="URL", help="is told of each message; else it is printed")
    given = arguments.parse_args()
    # Whenever it is ended, the file is true: there is nothing to clean up.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    main(given.file, given.to)
