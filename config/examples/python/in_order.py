"""Messages of a JetStream stream in order, each once. Knows nothing of what they say."""

from nats.js.api import AckPolicy, ConsumerConfig

SILENCE_SECONDS = 10


class Lost(Exception):
    """A message was lost on its way."""


async def read(js, stream, subject, **start):
    """The messages from somewhere on; `None` whenever there are no more for now.

    Ends with `TimeoutError` after some silence, and with `Lost` where a message did not come. Nothing is acknowledged and
    the server need not remember where a reader is: who begins again behind the position they noted misses nothing.
    """
    config = ConsumerConfig(ack_policy=AckPolicy.NONE, mem_storage=True, inactive_threshold=60, **start)
    consumer = await js.pull_subscribe(subject, stream=stream, config=config)
    number, pending = 0, (await consumer.consumer_info()).num_pending
    try:
        while True:
            if not pending:
                yield None
            # As many as there are, since the client waits for as many as it asks for; else the next.
            for message in await consumer.fetch(min(pending, 500) or 1, timeout=SILENCE_SECONDS):
                number, pending = number + 1, message.metadata.num_pending
                if message.metadata.sequence.consumer != number:
                    raise Lost(f"message {number} of {stream} did not come")
                yield message
    finally:
        await consumer.unsubscribe()
