"""Delivers what Yekta decided as deliver.py does, out of JetStream.

    pip install -r requirements.txt
    python3 deliver_nats.py deliveries.db [--to https://example.org/send]

A durable consumer of the server remembers up to where it was told, and tells again what was not done. It begins with what
is decided from its first start on. YEKTA_NATS_URL is the server (nats://127.0.0.1:4222, or with a user
nats://reader:password@127.0.0.1:4222), YEKTA_TENANT the tenant (default); customers' addresses are asked for, and the
answers given, over HTTP as in deliver.py.
"""

import argparse
import asyncio
import json
import os
import signal
import sys

import nats
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from delivery import Deliveries, Later

NATS_URL = os.environ.get("YEKTA_NATS_URL", "nats://127.0.0.1:4222")
TENANT = os.environ.get("YEKTA_TENANT", "default")
# Who is told with others of one name shares the actions with them; another name gets all of them, too.
DURABLE = os.environ.get("YEKTA_CONSUMER", "deliver")


async def deliver(js, deliveries):
    """Takes actions one by one, for ever."""
    config = ConsumerConfig(
        durable_name=DURABLE, ack_policy=AckPolicy.EXPLICIT, deliver_policy=DeliverPolicy.NEW, ack_wait=120
    )  # fmt: skip
    actions = f"yekta.v1.{TENANT}.action.>"
    consumer = await js.pull_subscribe(actions, durable=DURABLE, stream=f"YEKTA_OUT_{TENANT}", config=config)
    print("ready", flush=True)
    while True:
        try:
            message, *_ = await consumer.fetch(1, timeout=10)
        except (asyncio.TimeoutError, nats.errors.TimeoutError):
            continue
        try:
            # Beside the connection, which has to say meanwhile that it lives.
            await asyncio.to_thread(deliveries.take, json.loads(message.data))
        except Later as reason:
            print(f"once more: {reason}", file=sys.stderr)
            await message.nak(delay=2)
        else:
            await message.ack()


async def main(path, webhook):
    async def report(error):
        print(f"nats: {error or type(error).__name__}", file=sys.stderr)

    # The inbox is the one that nats-server.conf lets readers have.
    nc = await nats.connect(NATS_URL, inbox_prefix=b"_INBOX_reader", max_reconnect_attempts=-1, error_cb=report)
    deliveries = Deliveries(path, webhook)
    while True:
        try:
            await deliver(nc.jetstream(), deliveries)
        except nats.errors.Error as error:
            await report(error)
            await asyncio.sleep(1)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description="Delivers what Yekta decided")
    arguments.add_argument("file", help="remembers what was done")
    arguments.add_argument("--to", metavar="URL", help="is told of each message; else it is printed")
    given = arguments.parse_args()
    # Whenever it is ended, the file is true: there is nothing to clean up.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    asyncio.run(main(given.file, given.to))
