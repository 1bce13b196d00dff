"""What the environment may change about a test run; the only module of the tests that reads it for that."""

import os

# In CI nothing is skipped: a missing browser or program is a failure.
IN_CI = os.environ.get("CI") == "true"

# How many steps the state machine of the ride's life takes.
LIFE_STEPS = int(os.environ.get("LIFE_STEPS", "20000" if IN_CI else "1000"))

# How often two people race for the same driver or car.
PLANNING_TRIALS = int(os.environ.get("PLANNING_TRIALS", "500" if IN_CI else "25"))

# How many changes happen on four bases while everybody listens, and how many requests are made up.
SOCKET_CHANGES = int(os.environ.get("SOCKET_CHANGES", "10000" if IN_CI else "1000"))
FUZZ_REQUESTS = int(os.environ.get("FUZZ_REQUESTS", "10000" if IN_CI else "300"))

# The number from which they are made up, to play a failure again; 0 takes a new one each time. CI takes the same,
# so that it judges a change and not its luck.
FUZZ_SEED = int(os.environ.get("FUZZ_SEED", "20261126" if IN_CI else "0"))

# Write anew what tests otherwise compare with: the drawing of the lifecycles, the picture of the control tower.
REWRITE = os.environ.get("REWRITE") == "1"
