// Tells the story through Segment's server SDK for node. Arguments: the service's address, the customer's user id.
import { createRequire } from "node:module";

import { story } from "./story.mjs";

// Resolved where the script is run: the packages are installed outside of the sources.
const { Analytics } = createRequire(`${process.cwd()}/`)("@segment/analytics-node");

const [host, userId] = process.argv.slice(2);
const analytics = new Analytics({ writeKey: "any", host });

// The SDK calls back when an event was delivered, or with an error when it gave the event up.
const sent = story(userId).map(
  ([call, message]) =>
    new Promise((resolve, reject) => {
      analytics[call](message, (error) => (error ? reject(error) : resolve()));
    }),
);
await Promise.all([...sent, analytics.closeAndFlush({ timeout: 60_000 })]);
