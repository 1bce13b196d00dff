"""What may not stand in a log."""

import logging


class WithoutQuery(logging.Filter):
    """Leaves out of a line what follows an address's question mark: a device says there where it is, and its key."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(arg.partition("?")[0] if isinstance(arg, str) else arg for arg in record.args)
        return True
