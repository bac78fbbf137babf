"""Publishes what four channels say of one customer, and reads back what every channel gets, through nats-py.

Argument: the server's address. Prints one JSON document of all it saw; judges nothing. (Not called nats.py, or Python
would take it for the package.)
"""

import asyncio
import json
import sys

import nats

EVENT = "yekta.v1.default.event"
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
USER = {"kind": "user_id", "value": "customer-7", "trust": "verified"}
EVENTS = 6
PATIENCE = 100


def cloud_event(number, channel, name, data):
    """A CloudEvent of a channel: its attributes, and its data."""
    attributes = {
        "specversion": "1.0",
        "id": f"ce-{number}",
        "source": f"{channel}/1",
        "type": f"example.{name}",
        "time": f"2026-11-20T10:0{number}:00Z",
    }
    return attributes, {"identifiers": [USER], **data}


async def publish(js):
    """Six events that hold and one that does not; gives the sequences that the stream gave them."""
    acks = []

    async def put(subject, body, headers):
        acks.append((await js.publish(f"{EVENT}.{subject}", body, headers=headers)).seq)

    async def structured(number, channel, name, data, headers):
        attributes, data = cloud_event(number, channel, name, data)
        headers = {"Content-Type": "application/cloudevents+json", **headers}
        await put(f"{channel}.{name}", json.dumps({**attributes, "data": data}).encode(), headers)

    async def binary(number, channel, name, data, headers):
        attributes, data = cloud_event(number, channel, name, data)
        headers = {**{f"ce-{key}": value for key, value in attributes.items()}, **headers}
        await put(f"{channel}.{name}", json.dumps(data).encode(), headers)

    bag = {"properties": {"product_id": "p-1", "name": "Leather bag", "price": 18500000, "currency": "IRR"}}
    order = {"properties": {"order_id": "o-1", "total": 18500000, "currency": "IRR"}}
    await structured(1, "web", "product_added_to_wishlist", bag, {})
    await structured(2, "mobile", "signed_in", {"traits": {"first_name": "Sara"}}, {})
    await binary(3, "store", "order_completed", order, {"traceparent": TRACE})
    await binary(4, "callcenter", "call_started", {"properties": {"call_id": "k-1"}}, {})
    segment = {"type": "track", "messageId": "seg-1", "userId": "customer-7", "event": "Product Viewed"}
    await put("web.product_viewed", json.dumps(segment).encode(), None)
    native = {"id": "nat-1", "source": "web/1", "channel": "web", "type": "Page Viewed", "identifiers": [USER]}
    await put("web.page_viewed", json.dumps(native).encode(), None)
    await put("web.page_viewed", b"no json", None)
    return acks


async def read(subscription, is_last):
    """What is published, up to where all of it came."""
    messages = []
    while not is_last(messages):
        message = await subscription.next_msg(timeout=PATIENCE)
        messages.append({
            "subject": message.subject,
            "sequence": message.metadata.sequence.stream,
            "headers": dict(message.headers or {}),
            "body": json.loads(message.data),
        })
    return messages


def is_all(messages):
    kinds = [message["subject"].split(".")[3] for message in messages]
    return kinds.count("context") == EVENTS and kinds.count("dlq") == 1


async def watch(watcher, version):
    """The versions of the one profile that a watcher sees, up to the last."""
    seen = []
    while not seen or seen[-1] < version:
        entry = await watcher.updates(timeout=PATIENCE)
        # Nothing marks that all that was there is told.
        if entry is not None:
            seen.append(json.loads(entry.value)["version"])
    return seen


async def ask(nc, call, body):
    answer = await nc.request(f"yekta.v1.default.{call}", json.dumps(body).encode(), timeout=PATIENCE)
    return {"headers": dict(answer.headers or {}), "body": json.loads(answer.data) if answer.data else None}


async def micro(nc, verb):
    return json.loads((await nc.request(f"$SRV.{verb}.yekta", b"", timeout=PATIENCE)).data)


async def main(url):
    nc = await nats.connect(url)
    js = nc.jetstream()
    bucket = await js.key_value("YEKTA_PROFILES_default")
    watcher = await bucket.watchall()
    out = await js.subscribe("yekta.v1.default.>", stream="YEKTA_OUT_default", ordered_consumer=True)
    sequences = await publish(js)
    messages = await read(out, is_all)
    updates = [one["body"] for one in messages if ".profile.updated." in one["subject"]]
    profile, version = updates[-1]["profile"], updates[-1]["version"]
    seen = {
        "sequences": sequences,
        "messages": messages,
        "watched": await watch(watcher, version),
        "entry": json.loads((await bucket.get(profile)).value),
        "profile": await ask(nc, "q.profile", {"who": "user_id:customer-7"}),
        "context": await ask(nc, "q.context", {"view": "callcenter", "who": "user_id:customer-7", "flat": True}),
        "lookup": await ask(nc, "q.lookup", {"identifiers": [{"kind": "user_id", "value": "customer-7"}]}),
        "timeline": await ask(nc, "q.timeline", {"who": "user_id:customer-7", "limit": 2}),
        "identity": await ask(nc, "q.identity", {"who": "user_id:customer-7"}),
        "rejections": await ask(nc, "q.rejections", {}),
        "consent": await ask(nc, "c.consent", {"who": profile, "consent": {"sms": {"marketing": "granted"}}}),
        "nobody": await ask(nc, "q.profile", {"who": "user_id:nobody"}),
        "unreadable": await ask(nc, "q.profile", ["who"]),
        "ping": await micro(nc, "PING"),
        "info": await micro(nc, "INFO"),
        "stats": await micro(nc, "STATS"),
    }
    print(json.dumps(seen))
    await nc.close()


asyncio.run(main(sys.argv[1]))
