"""Identifies and tracks as a back office would, through Segment's own client.

Arguments: the service's address and the customer's user id.
"""

import sys

import segment.analytics as analytics

host, user_id = sys.argv[1:]
failures = []
analytics.write_key = "any"
analytics.host = host
analytics.max_retries = 0
analytics.on_error = lambda error, items: failures.append(error)

analytics.identify(user_id, {"lastName": "Rahimi", "email": "Sara.Rahimi@example.org"})
analytics.track(
    user_id,
    "Order Completed",
    {"order_id": "o-1", "total": 18500000, "currency": "IRR"},
)
analytics.shutdown()

if failures:
    sys.exit(f"the client reported {failures}")
