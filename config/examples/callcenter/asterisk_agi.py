#!/usr/bin/env python3
"""Tells an Asterisk dialplan who is calling, as an AGI script: Python 3.10 or newer, nothing to install.

    same => n,AGI(asterisk_agi.py)       ; or AGI(asterisk_agi.py,IR): the country of numbers without a country code
    same => n,GotoIf($["${YEKTA_MATCH}" = "one"]?known:unknown)

Every text of the flat answer is a variable of the channel: YEKTA_MATCH, YEKTA_FIRST_NAME, YEKTA_ORDER_STATE,
YEKTA_NEXT_STEP and so on. Where the service cannot be asked YEKTA_MATCH is none and YEKTA_WHY unavailable, and the call
goes on.

YEKTA_URL is the service (http://127.0.0.1:8080), YEKTA_READ_KEY its read key, if it has one: in the environment that
Asterisk is started with.
"""

import json
import os
import re
import signal
import sys
import threading
import urllib.request

# Milliseconds after which the service tells what it knows by then, marked partial.
DEADLINE_MS = 800
# Seconds after which the call goes on without an answer.
PATIENCE_S = 2.0
UNAVAILABLE = {"match": "none", "why": "unavailable"}


def read_call():
    """What Asterisk says of the call before it waits for commands: lines up to an empty one."""
    call = {}
    for line in iter(sys.stdin.readline, ""):
        name, _, value = line.strip().partition(":")
        if not name:
            break
        call[name] = value.strip()
    return call


def caller(call):
    """The caller's number, or a word that stands for a hidden one."""
    # Q.931: bits 7 and 6 are 01 where the caller does not want the number to be shown, even if it is known.
    presentation = call.get("agi_callingpres", "")
    if presentation.isdecimal() and int(presentation) & 0x60 == 0x20:
        return "anonymous"
    return call.get("agi_callerid") or "anonymous"


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


def ask_in_time(phone, region):
    """The same, or that nobody can be asked where it does not come in time, for whatever reason."""
    answers = []

    def asking():
        try:
            answers.append(ask(phone, region))
        except Exception as error:  # A call goes on, whatever it is.
            print(f"no answer: {error}", file=sys.stderr)

    # The timeout of a connection counts anew with every byte, and a name server has one of its own.
    thread = threading.Thread(target=asking, daemon=True)
    thread.start()
    thread.join(PATIENCE_S)
    return answers[0] if answers else UNAVAILABLE


def set_variable(name, text):
    """Sets a variable of the channel; False where nobody is there any more."""
    # A command is one line, whatever a customer's name is; inside quotes a quote and a backslash need one before them.
    line = re.sub(r"[\x00-\x1f\x7f]", " ", text)
    quoted = re.sub(r'(["\\])', r"\\\1", line)
    os.write(sys.stdout.fileno(), f'SET VARIABLE YEKTA_{name.upper()} "{quoted}"\n'.encode(errors="replace"))
    reply = sys.stdin.readline()
    if reply.startswith("520-"):  # How to use the command, in several lines.
        while reply and not reply.startswith("520 "):
            reply = sys.stdin.readline()
    return bool(reply) and not reply.startswith("HANGUP")


def main():
    """Asks for the caller and sets what is known."""
    # Whoever hangs up does not end the script in the middle of a line.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    sys.stdin.reconfigure(encoding="utf-8", errors="replace")
    call = read_call()
    answer = ask_in_time(caller(call), call.get("agi_arg_1"))
    for name, text in answer.items():
        if not set_variable(name, text):
            break


try:
    main()
except OSError as error:  # Nobody listens any more.
    print(f"hung up: {error}", file=sys.stderr)
