"""Carries out what Yekta decided, and says what became of it, as deliver.py and deliver_nats.py do.

Knows nothing of how an action comes. One may come again, also after a restart: a file remembers what was done, and each
answer has an id of its own, so that it counts once however often it is sent.
"""

import datetime
import http.client
import json
import os
import sqlite3
import urllib.error
import urllib.request

URL = os.environ.get("YEKTA_URL", "http://127.0.0.1:8080").rstrip("/")
# The channel that the answers come by: one that the service is configured with.
CHANNEL = os.environ.get("YEKTA_CHANNEL", "web")
DAYS_KEPT = 30

# By what a customer is reached on each way of contact; on any other it is by what they are known by there.
ADDRESS = {"email": "email", "sms": "phone", "call": "phone", "whatsapp": "phone", "push": "device_id"}
# An answer names the customer by what says best who it is: an address alone, which others may state too, says it least.
NAMES = ("user_id", "loyalty_id", "email", "phone", "anonymous_id", "device_id")


class Later(Exception):
    """Nothing can be said yet: the action is to come again."""


def call(request, key=None):
    """The JSON of an answer; `None` where the service says that there is nobody, or that several are meant."""
    if key:
        request.add_header("Authorization", f"Bearer {key}")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as refusal:
        if refusal.code in (404, 409, 410):
            return None
        raise Later(f"{request.full_url.partition('?')[0]} answers {refusal.code}") from refusal
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Later(f"no answer ({error})") from error


def posted(url, body, **headers):
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json", **headers})
    return request


class Deliveries:
    """What was done, and what was answered. One thread at a time uses it."""

    def __init__(self, path, webhook):
        self.webhook = webhook
        self.file = sqlite3.connect(path, check_same_thread=False)
        with self.file:
            self.file.execute("CREATE TABLE IF NOT EXISTS action (id TEXT PRIMARY KEY, answer TEXT, done INTEGER, at TEXT)")
            self.file.execute("CREATE TABLE IF NOT EXISTS cursor (one INTEGER PRIMARY KEY CHECK (one = 1), id TEXT)")
            before = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=DAYS_KEPT)
            self.file.execute("DELETE FROM action WHERE done AND at < ?", (before.isoformat(),))

    def cursor(self):
        found = self.file.execute("SELECT id FROM cursor").fetchone()
        return found and found[0]

    def reached(self, cursor):
        with self.file:
            self.file.execute("INSERT INTO cursor VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET id = excluded.id", (cursor,))

    def take(self, action):
        """Does what an action says, and answers it, each once. `Later` where it is to come again."""
        known = self.file.execute("SELECT answer, done FROM action WHERE id = ?", (action["action"],)).fetchone()
        if known is None:
            event = self.carried_out(action)
            known = (event and json.dumps(event), event is None)
            # Noted before it is answered: whoever is killed in between answers when it comes again, and sends nothing.
            with self.file:
                now = datetime.datetime.now(datetime.timezone.utc).isoformat()
                self.file.execute("INSERT INTO action VALUES (?, ?, ?, ?)", (action["action"], *known, now))
        answer, done = known
        if not done:
            self.answer(json.loads(answer))
            with self.file:
                self.file.execute("UPDATE action SET done = 1 WHERE id = ?", (action["action"],))

    def carried_out(self, action):
        """Does what an action says; the event that answers it, or `None` where there is nothing to answer."""
        profile = call(urllib.request.Request(f"{URL}/v1/profiles/{action['profile']}"), os.environ.get("YEKTA_READ_KEY"))
        held = (profile or {}).get("identifiers") or []
        named = name_of(held)
        if named is None:
            # Erased, or split into several: nobody can be told, and nothing can be said of them.
            print(f"{action['action']}: nobody is there any more", flush=True)
            return None
        failure = self.delivered(action, address_of(held, action["channel"]))
        if action["kind"] != "send":
            return None
        properties = {name: action[name] for name in ("action", "matter", "channel", "purpose", "template", "team") if action[name]}
        if failure:
            properties["reason"] = failure
        return {
            "id": f"answer/{action['action']}", "source": "deliver", "channel": CHANNEL,
            "type": "Message Failed" if failure else "Message Sent",
            "time": datetime.datetime.now(datetime.timezone.utc).isoformat(),
            "identifiers": [named], "properties": properties,
        }  # fmt: skip

    def delivered(self, action, address):
        """Sends it to where it goes; why that cannot be, or `None`."""
        due = action["answer_by"]
        if due and datetime.datetime.fromisoformat(due.replace("Z", "+00:00")) < datetime.datetime.now(datetime.timezone.utc):
            # Nobody expects it any more, and it was reported as unanswered.
            return "too_late"
        if address is None and action["kind"] == "send":
            return "no_address"
        told = {name: action[name] for name in ("action", "kind", "channel", "name", "template", "with")} | {"to": address}
        if self.webhook is None:
            print(json.dumps(told, ensure_ascii=False), flush=True)
            return None
        # The same key when it is sent again: whoever was killed before it was noted that it went out does that.
        request = posted(self.webhook, told, **{"Idempotency-Key": action["action"]})
        try:
            with urllib.request.urlopen(request, timeout=30):
                return None
        except urllib.error.HTTPError as refusal:
            if refusal.code < 500 and refusal.code not in (408, 425, 429):
                return f"refused_{refusal.code}"
            raise Later(f"the webhook answers {refusal.code}") from refusal
        except (OSError, http.client.HTTPException) as error:
            raise Later(f"the webhook does not answer ({error})") from error

    def answer(self, event):
        told = call(posted(f"{URL}/v1/events", event), os.environ.get("YEKTA_WRITE_KEY"))
        # It would be refused again: somebody has to look at it.
        for item in (told or {}).get("rejected", []):
            print(f"refused: {item['id']}, {item['code']}: {item['message']}", flush=True)


def name_of(held):
    """The identifier that says best who it is."""
    known = {(one["kind"], one["trust"]): one for one in reversed(held)}
    for kind in NAMES:
        # One that they stated joins nobody: it is better than none.
        for trust in ("verified", "staff", "stated", "observed"):
            if (kind, trust) in known:
                return {name: known[kind, trust][name] for name in ("kind", "value", "trust")}
    return None


def address_of(held, channel):
    """Where a customer is reached on a way of contact: the address that is best known to be theirs."""
    kind, best = ADDRESS.get(channel, "user_id"), ("verified", "staff", "stated", "observed")
    found = [one for one in held if one["kind"] == kind]
    return min(found, key=lambda one: best.index(one["trust"]))["value"] if found else None
