"""Sends N events with the unmodified segment-analytics-python and waits for delivery."""

import sys

from segment.analytics.client import Client

host, write_key, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
failures: list[object] = []
client = Client(
    write_key,
    host=host,
    gzip=True,
    upload_size=20,
    upload_interval=0.1,
    max_retries=20,
    max_queue_size=count + 1,
    thread=4,
    on_error=lambda error, batch: failures.append(error),
)
for i in range(count):
    client.track(
        f"python-{i % 500}",
        "Product Viewed",
        {"product_id": f"p{i % 50}", "price": i % 100, "n": i},
    )
client.flush()
client.shutdown()
sys.exit(1 if failures else 0)
