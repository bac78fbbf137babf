"""Publishes what a web shop and an app say of one customer.

    python3 publish.py

YEKTA_URL is the service (http://127.0.0.1:8080), YEKTA_WRITE_KEY its write key, if it has one.
"""

import http.client
import json
import os
import sys
import time
import urllib.error
import urllib.request

URL = os.environ.get("YEKTA_URL", "http://127.0.0.1:8080").rstrip("/")
TRIES = 8

# Source and id say which event it is: whoever does not know whether it came through sends it again, and it counts once
# all the same. Take an id that is yours already (of the order, of the call), or make one before the first try.
EVENTS = [
    {
        "id": "example-1", "source": "shop", "channel": "web", "type": "Product Added to Wishlist",
        "time": "2026-11-22T10:00:00Z",
        "identifiers": [{"kind": "anonymous_id", "value": "cookie-1", "trust": "observed"}],
        "properties": {"product_id": "p-7", "name": "Bag", "price": 18500000, "currency": "IRR"},
    },
    {
        "id": "example-2", "source": "app", "channel": "mobile", "type": "Signed In",
        "time": "2026-11-22T10:05:00Z",
        "identifiers": [{"kind": "anonymous_id", "value": "cookie-1"}, {"kind": "user_id", "value": "sara"},
                        {"kind": "phone", "value": "+98 912 345 6789", "trust": "verified"}],
        "traits": {"first_name": "Sara", "last_name": "Rahimi"},
    },
]  # fmt: skip


def publish(events):
    """Sends events until the service has them; gives its answer."""
    # The answer comes after the commit: what is accepted then is found at once. At most 2,500 events a request.
    request = urllib.request.Request(f"{URL}/v1/events?wait=commit", json.dumps(events).encode())
    request.add_header("Content-Type", "application/json")
    if key := os.environ.get("YEKTA_WRITE_KEY"):
        request.add_header("Authorization", f"Bearer {key}")
    for left in reversed(range(TRIES)):
        wait = 1.0
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refusal:
            text = refusal.read().decode(errors="replace")
            # Too much at once, or not ready: nothing was taken. Any other refusal would be the same next time.
            if refusal.code not in (429, 503) or not left:
                sys.exit(f"refused with {refusal.code}: {text}")
            told = refusal.headers.get("Retry-After", "")
            wait = float(told) if told.isdecimal() else wait
            print(f"not now ({refusal.code}), once more in {wait:g} s", file=sys.stderr)
        except (OSError, http.client.HTTPException, ValueError) as error:
            # Not reached, or cut off: the events may have been taken. Their ids make it harmless to send them again.
            if not left:
                sys.exit(f"{URL} does not answer: {error}")
            print(f"no answer ({error}), once more in {wait:g} s", file=sys.stderr)
        time.sleep(wait)


answer = publish(EVENTS)
print(f"{answer['status']}: {answer['accepted']} new, {answer['duplicates']} known before")
# A bad item never fails the others; it would be refused again, so it has to be mended and not repeated.
for item in answer["rejected"]:
    print(f"refused: item {item['index']} ({item['id']}), {item['code']}: {item['message']}", file=sys.stderr)
sys.exit(1 if answer["rejected"] else 0)
