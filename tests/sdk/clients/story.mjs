// What both of the server SDKs for node tell, call by call: they take the same messages.
const product = { product_id: "p-1", name: "Leather bag", price: 18500000, currency: "IRR" };

/** The calls, in order, of a visitor who turns out to be `userId`. */
export function story(userId) {
  const anonymousId = `anon-${userId}`;
  return [
    ["page", { anonymousId, category: "Shop", name: "Bags" }],
    ["track", { anonymousId, event: "Product Viewed", properties: product }],
    [
      "identify",
      {
        userId,
        anonymousId,
        traits: { firstName: "Sara", lastName: "Rahimi", email: "sara@example.org", plan: "gold" },
      },
    ],
    ["track", { userId, event: "Product Added to Wishlist", properties: product }],
    ["group", { userId, groupId: "household-7", traits: { name: "Rahimi" } }],
    ["alias", { userId, previousId: anonymousId }],
    ["screen", { userId, name: "Wishlist" }],
  ];
}
