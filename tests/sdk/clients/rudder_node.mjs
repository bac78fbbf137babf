// Tells the story through RudderStack's server SDK for node. Arguments: the service's address, the customer's user id.
import { createRequire } from "node:module";

import { story } from "./story.mjs";

// Resolved where the script is run: the packages are installed outside of the sources.
const Analytics = createRequire(`${process.cwd()}/`)("@rudderstack/rudder-sdk-node");

const [dataPlaneUrl, userId] = process.argv.slice(2);
const failures = [];
const analytics = new Analytics("any", {
  dataPlaneUrl,
  errorHandler: (error) => failures.push(error.message),
});

for (const [call, message] of story(userId)) {
  analytics[call](message);
}
// The first event went at once and alone; this waits for it, then sends the others.
await analytics.flush();

if (failures.length > 0) {
  console.error("the client gave up", failures);
  process.exit(1);
}
