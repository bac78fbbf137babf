"""Server-sent events, which the standard library does not read. Knows nothing of what they say."""

import urllib.request


def events(url, last_id, key, patience):
    """The fields of each event behind the last id, until the connection ends. One that was cut off is left out."""
    request = urllib.request.Request(url, headers={"Accept": "text/event-stream"})
    if last_id is not None:
        request.add_header("Last-Event-ID", last_id)
    if key:
        request.add_header("Authorization", f"Bearer {key}")
    with urllib.request.urlopen(request, timeout=patience) as stream:
        event = {}
        for line in stream:
            if not line.endswith(b"\n"):
                # It was cut off, within a letter perhaps.
                return
            name, _, value = line.decode().rstrip("\r\n").partition(":")
            if name:
                # Here data is always one line; elsewhere it may be several.
                event[name] = value.removeprefix(" ")
            elif not line.strip():
                yield event
                event = {}
