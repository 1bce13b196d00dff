"""python3 -m deploy.local demo | demo-reset | environment [demo | test]: called by the Makefile.

This file alone must be readable by any Python 3: it says which version is needed.
"""

import sys

OLDEST = (3, 11)

if __name__ == "__main__":
    if sys.version_info < OLDEST:
        sys.exit(
            "e-Chauffeur needs Python {}.{} or newer, and this is {}.{}.\n"
            "With one installed, type: make demo PYTHON=python3.11".format(*OLDEST, *sys.version_info[:2])
        )
    from deploy.local.commands import main

    sys.exit(main(sys.argv[1:]))
