// Identifies and tracks as a shop's server would, through Segment's own client. Arguments: the service's address and
// the customer's user id.
import { createRequire } from "node:module";

// Resolved where the script is run: the packages are installed outside of the sources.
const { Analytics } = createRequire(`${process.cwd()}/`)("@segment/analytics-node");

const [host, userId] = process.argv.slice(2);
const analytics = new Analytics({ writeKey: "any", host, maxRetries: 0 });
const failures = [];
analytics.on("error", (error) => failures.push(error));

analytics.identify({ userId, traits: { firstName: "Sara", plan: "gold" } });
analytics.track({
  userId,
  event: "Product Added to Wishlist",
  properties: { product_id: "p-1", name: "Leather bag", price: 18500000, currency: "IRR" },
});
await analytics.closeAndFlush({ timeout: 20_000 });

if (failures.length > 0) {
  console.error("the client reported", failures);
  process.exit(1);
}
