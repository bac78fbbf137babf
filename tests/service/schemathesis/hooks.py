"""What Schemathesis does beside what its configuration says."""

import copy
import hashlib
import json
import re

import schemathesis
from schemathesis.core.failures import Failure
from schemathesis.openapi.checks import RejectedPositiveData

POSITION_MAX = 2**64 - 1
# What `default` stands for in the document.
ANY_ROUTE = {400, 401, 413, 415, 429, 500, 503}
AGAIN = {429, 503, 504}

CHANNELS = ["callcenter", "mobile", "store", "web"]
CALLS = ["identify", "track", "page", "screen", "group", "alias"]
USER = "u7-36"

# Operations that waited for a position that never comes; one does, and once.
WAITED = set()


@schemathesis.hook
def before_call(context, case, kwargs):
    described = case.operation.definition.raw
    for container in (case.query, case.body):
        if isinstance(container, dict) and "min_position" in container:
            waits = described.get("operationId") == "rules" and str(container["min_position"]) == str(POSITION_MAX)
            if waits and not WAITED:
                WAITED.add("rules")
            else:
                container["min_position"] = reached(container["min_position"])
    for name in ("deadline_ms", "lifetime_s"):
        if isinstance(case.body, dict) and type(case.body.get(name)) is float and case.body[name].is_integer():
            # JSON Schema takes 60.0 for an integer, and the service does not.
            case.body[name] = int(case.body[name])
    if described.get("operationId") == "updates" and "cursor" in (case.query or {}):
        # It would hold over the query, even over one that cannot be read.
        (case.headers or {}).pop("Last-Event-ID", None)
    if takes_events(case) and isinstance(case.body, (dict, list)):
        case.body = copy.deepcopy(case.body)
        state(case.body, "segment" in described.get("tags", []))


def takes_events(case):
    return not {"ingest", "segment"}.isdisjoint(case.operation.definition.raw.get("tags", []))


def reached(position):
    """A position of the first hundred: others are waited for in vain, seconds each. What is none stays as it is."""
    if type(position) is float and position.is_integer():
        # JSON Schema takes 7.0 for an integer, and the service does not.
        position = int(position)
    if type(position) is int and 0 <= position <= POSITION_MAX:
        return position % 100
    if isinstance(position, str) and re.fullmatch(r"\+?[0-9]+", position) and int(position) <= POSITION_MAX:
        return str(int(position) % 100)
    return position


def state(body, is_segments):
    """Says in each event what no schema can: a channel that is configured, what was done, and somebody it is about."""
    batch = body.get("batch") if isinstance(body, dict) else None
    items = body if isinstance(body, list) else batch if isinstance(batch, list) else [body]
    for item in items:
        if not isinstance(item, dict):
            continue
        for name in ("id", "messageId"):
            if isinstance(item.get(name), str):
                # The same id again would be the same event, and only counted.
                item[name] = item[name][:180] + digest(item)
        if is_segments:
            if items is batch and item.get("type") not in CALLS:
                item["type"] = one_of(CALLS, item)
            if items is batch and item["type"] == "track":
                item.setdefault("event", "Order Completed")
            if is_blank(item.get("userId")) and is_blank(item.get("anonymousId")):
                item["userId"] = USER
            continue
        if item.get("source") == "yekta":
            # That is the service itself.
            item["source"] = "shop"
        if isinstance(item.get("channel", ""), str):
            item["channel"] = one_of(CHANNELS, item)
        if re.fullmatch(r"[vV.0-9]*", str(item.get("type", ""))):
            # That is the version of a type at most.
            item["type"] = "com.example.order_completed.v1"
        event = item.setdefault("data", {}) if "specversion" in item else item
        if isinstance(event, dict) and not event.get("identifiers"):
            event["identifiers"] = [{"kind": "user_id", "value": USER}]


def is_blank(value):
    return value is None or isinstance(value, str) and not value.strip()


def digest(item):
    return hashlib.sha256(json.dumps(item, sort_keys=True).encode()).hexdigest()[:16]


def one_of(names, item):
    return names[len(item) % len(names)]


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """What no schema says: a cursor is what a page named, a snapshot goes on with updates of every kind, a region is
    one that has telephone numbers, a benefit is for codes that are signed, and these hold in certain years alone; a report is
    of so many days at most, a flow is started for one or for a segment, and a price is no less than nothing."""
    untold = problem(response).get("code") in (
        "bad_benefit",
        "bad_contact",
        "bad_cursor",
        "bad_expires",
        "bad_region",
        "bad_report",
        "bad_snapshot",
        "bad_start",
    )
    return not (untold and isinstance(failure, RejectedPositiveData))


@schemathesis.check
def events_are_taken(ctx, response, case):
    """What fits the document is taken."""
    fits = case.meta is not None and case.meta.generation.mode.is_positive
    if fits and response.status_code == 200 and takes_events(case) and case.operation.method == "post":
        rejected = response.json().get("rejected", [])
        # Somebody whom an earlier call erased is no matter of the document's.
        refused = {(one["code"], one["message"]) for one in rejected if one["code"] != "erased"}
        expect(not refused, case, f"refused: {sorted(refused)}")


@schemathesis.check
def described_status(ctx, response, case):
    """Each status but those of any route stands at the operation itself."""
    described = case.operation.responses.status_codes
    if response.request.method == case.operation.method.upper() and "default" in described:
        status = response.status_code
        expect(str(status) in described or status in ANY_ROUTE, case, f"{status} is not described")


@schemathesis.check
def every_answer(ctx, response, case):
    """What the document and RFC 9457 say of every answer."""
    expect("x-request-id" in response.headers, case, "no X-Request-Id")
    expect(response.headers.get("x-content-type-options") == ["nosniff"], case, "not nosniff")
    status = response.status_code
    expect(("retry-after" in response.headers) == (status in AGAIN), case, f"{status} and Retry-After do not fit")
    if status == 401:
        expect("www-authenticate" in response.headers, case, "no WWW-Authenticate")
    told = problem(response)
    if status >= 400 and case.operation.path not in ("/readyz", "/healthz"):
        expect(told.get("status") == status, case, "the problem has another status")
        expect(told.get("type") == f"urn:yekta:problem:{told.get('code')}", case, "type and code do not fit")
        expect(told.get("detail") == told.get("message"), case, "detail and message do not fit")


def problem(response):
    if response.headers.get("content-type") != ["application/problem+json"]:
        return {}
    return response.json()


def expect(holds, case, message):
    if not holds:
        raise Failure(operation=case.operation.label, title="Not as described", message=message)
