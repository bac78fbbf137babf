"""Tells the story through RudderStack's server SDK for Python.

Arguments: the service's address and the customer's user id.
"""

import sys

import rudderstack.analytics as analytics

PRODUCT = {
    "product_id": "p-1",
    "name": "Leather bag",
    "price": 18500000,
    "currency": "IRR",
}

host, user_id = sys.argv[1:]
anonymous_id = f"anon-{user_id}"
failures = []
analytics.write_key = "any"
analytics.dataPlaneUrl = host
analytics.on_error = lambda error, events: failures.append(error)

analytics.page(anonymous_id=anonymous_id, category="Shop", name="Bags")
analytics.track(anonymous_id=anonymous_id, event="Product Viewed", properties=PRODUCT)
analytics.identify(
    user_id,
    {
        "firstName": "Sara",
        "lastName": "Rahimi",
        "email": "sara@example.org",
        "plan": "gold",
    },
    anonymous_id=anonymous_id,
)
analytics.track(user_id, "Product Added to Wishlist", PRODUCT)
analytics.group(user_id, "household-7", {"name": "Rahimi"})
analytics.alias(anonymous_id, user_id)
analytics.screen(user_id, name="Wishlist")
# Waits until every event was delivered or given up, retries and all.
analytics.shutdown()

if failures:
    sys.exit(f"the client gave up: {failures}")
