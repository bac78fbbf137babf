"""Asks who holds an identifier.

    python3 look_up.py phone "+98 912 345 6789"

YEKTA_URL is the service (http://127.0.0.1:8080), YEKTA_READ_KEY its read key, if it has one.
"""

import http.client
import json
import os
import sys
import urllib.error
import urllib.request

URL = os.environ.get("YEKTA_URL", "http://127.0.0.1:8080").rstrip("/")


def look_up(kind, value):
    """The answer for whoever holds an identifier, as a call centre sees them."""
    # Posted, since what a customer is known by does not belong into addresses, which everybody on the way logs.
    body = {"identifiers": [{"kind": kind, "value": value}], "view": "callcenter"}
    request = urllib.request.Request(f"{URL}/v1/lookup", json.dumps(body).encode())
    request.add_header("Content-Type", "application/json")
    if key := os.environ.get("YEKTA_READ_KEY"):
        request.add_header("Authorization", f"Bearer {key}")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refusal:
        sys.exit(f"refused with {refusal.code}: {refusal.read().decode(errors='replace')}")
    except (OSError, http.client.HTTPException, ValueError) as error:
        sys.exit(f"{URL} does not answer: {error}")


if len(sys.argv) != 3:
    sys.exit("usage: look_up.py KIND VALUE")
answer = look_up(*sys.argv[1:])
print(f"match: {answer['match']}")
for person in answer["profiles"]:
    # A view has the sections it is configured with; what is not known is empty, or not there.
    name = person.get("person", {}).get("display_name") or "name not known"
    print(f"{name}, profile {person['profile']}, version {person['version']}")
    for event in person.get("recent", []):
        about = f": {event['about']}" if event["about"] else ""
        print(f"  {event['time']} {event['channel']}, {event['type']}{about}")
# Several hold it: that says of nobody who is calling. Ask for something that tells them apart.
for candidate in answer["candidates"]:
    print(f"{candidate['name'] or 'name not known'}, profile {candidate['id']}: {candidate['why']}")
