"""A copy of all profiles in a file, as follow.py and follow_nats.py keep it.

The file is JSON: `profiles` has the documents by id, `cursor` says behind what to go on, and `complete` is false until
every profile was told.
"""

import json
import os
import sys
import threading
import time


class Copy:
    """The profiles, and up to where they are told. Whoever changes it holds the lock."""

    def __init__(self, path, cursor_type):
        self.path, self.lock = path, threading.Lock()
        self.profiles, self.complete, self.cursor = {}, False, None
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                kept = json.load(file)
            self.profiles, self.complete, self.cursor = kept["profiles"], kept["complete"], kept["cursor"]
            if not isinstance(self.cursor, (cursor_type, type(None))):
                sys.exit(f"{path} is a copy that another program keeps")
        self.saved = (self.cursor, self.complete)
        threading.Thread(target=self.keep_saved, daemon=True).start()

    def tell(self, update):
        """Lets an update hold. One that was told before changes nothing."""
        if update["kind"] == "updated":
            self.put(update["profile"], update["version"], update["document"])
        # merged, split, moved, erased: whoever was there and is not among those that are is no more. Who goes on, and
        # who is new, was told just before by an `updated` of their own.
        for gone in set(update.get("from", ())).difference(update.get("into", ())):
            self.profiles.pop(gone, None)

    def put(self, profile, version, document):
        """The next version of a profile, or the first one told: an id that ended and lives again goes on counting."""
        known = self.profiles[profile]["version"] if profile in self.profiles else None
        if known is not None and version > known + 1:
            sys.exit(
                f"UPDATES ARE MISSING: after version {known} of profile {profile} came {version}. "
                f"Up to {self.cursor} the copy is right; remove {self.path} to begin anew."
            )
        if known is None or version > known:
            self.profiles[profile] = document

    def save(self):
        """Writes the file anew. Whoever kills this finds it as it was or as it is, each with its own cursor."""
        with self.lock:
            state = (self.cursor, self.complete)
            if state == self.saved:
                return
            with open(f"{self.path}.new", "w", encoding="utf-8") as file:
                kept = {"cursor": self.cursor, "complete": self.complete, "profiles": self.profiles}
                json.dump(kept, file, ensure_ascii=False)
                file.flush()
                os.fsync(file.fileno())
            os.replace(f"{self.path}.new", self.path)
            self.saved = state

    def keep_saved(self):
        """Saves once a second; where there is so much that it takes long, a twentieth of the time."""
        while True:
            begun = time.monotonic()
            try:
                self.save()
            except OSError as error:
                print(f"not saved ({error}); tried again", file=sys.stderr)
            time.sleep(max(1, 20 * (time.monotonic() - begun)))
