"""A shop, its people, vendors that misbehave on a seeded schedule, a day."""
