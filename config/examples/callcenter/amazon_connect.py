"""Tells an Amazon Connect flow who is calling: the Lambda function behind its block "AWS Lambda function".

Handler amazon_connect.handler, Python 3.10 or newer, nothing to install. The flow finds the answer as $.External.match,
$.External.first_name and so on.

Two parameters that the block may send: phone, asked for in place of the caller's number (one that the menu asked for),
and region, two letters, the country of numbers without a country code.

YEKTA_URL is the service, YEKTA_READ_KEY its read key, if it has one: environment variables of the function.
"""

import json
import os
import sys
import threading
import urllib.request

# Milliseconds after which the service tells what it knows by then, marked partial.
DEADLINE_MS = 800
# Seconds after which the flow goes on without an answer: less than the function's timeout, and that is less than the
# block's.
PATIENCE_S = 2.5
# What the service tells, so that a flow finds the same where it could not be asked.
KEYS = """
    view match why partial profile first_name last_name display_name tier language call_running call_id session_running
    session_channel session_viewed orders_open order_id order_state order_worth order_since tickets_open tickets_count
    ticket_id ticket_subject mood last_channel last_type last_time last_about cart_count cart_products wishlist_count
    wishlist_products offer_id offer_name offer_expires promises consent_granted consent_denied avoid
    next_step next_about orders_count revenue last_seen loyalty_id phone candidates_count candidates
""".split()
UNAVAILABLE = dict.fromkeys(KEYS, "") | {
    "view": "callcenter", "match": "none", "why": "unavailable", "partial": "true", "candidates_count": "0",
}  # fmt: skip


def ask(phone, region):
    """What the service knows of whoever has this number, as texts by name."""
    # Posted, since what a customer is known by does not belong into addresses, which everybody on the way logs.
    question = {"identifiers": [{"kind": "phone", "value": phone}], "flat": True, "deadline_ms": DEADLINE_MS}
    if region:
        question["region"] = region
    url = os.environ.get("YEKTA_URL", "http://127.0.0.1:8080").rstrip("/")
    request = urllib.request.Request(f"{url}/v1/context/callcenter", json.dumps(question).encode())
    request.add_header("Content-Type", "application/json")
    if key := os.environ.get("YEKTA_READ_KEY"):
        request.add_header("Authorization", f"Bearer {key}")
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
        return {name: text for name, text in json.load(answer).items() if isinstance(text, str)}


def ask_in_time(contact, phone, region):
    """The same, or None where it does not come in time, for whatever reason."""
    answers = []

    def asking():
        try:
            answers.append(ask(phone, region))
        except Exception as error:  # A call goes on, whatever it is.
            print(f"contact {contact}: no answer: {error}", file=sys.stderr)

    # The timeout of a connection counts anew with every byte, and a name server has one of its own.
    thread = threading.Thread(target=asking, daemon=True)
    thread.start()
    thread.join(PATIENCE_S)
    return answers[0] if answers else None


def handler(event, context):
    """The answer for a contact: always a map of texts, so that the flow needs no branch for errors."""
    details = event.get("Details") or {}
    contact, given = details.get("ContactData") or {}, details.get("Parameters") or {}
    # Whoever hides the number has no address, or a word in its place; the service calls both withheld.
    address = (contact.get("CustomerEndpoint") or {}).get("Address") or "anonymous"
    answer = ask_in_time(contact.get("ContactId"), given.get("phone") or address, given.get("region"))
    return UNAVAILABLE if answer is None else answer
