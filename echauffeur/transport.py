"""How sockets leave a web process: what a viewer does not read waits in its own slot, not in buffers on the way.

For uvicorn: ``--ws echauffeur.transport:BoundedWebSocket --ws-per-message-deflate false``. Frames of positions do not
get smaller by deflating, and each socket would need a compressor of its own.
"""

import socket
from asyncio import BaseTransport

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

UNSENT = 1  # bytes that the kernel may hold before it says stop


class BoundedWebSocket(WebSocketsSansIOProtocol):
    """A socket whose ``send`` waits as long as the peer has not taken the message before.

    uvicorn's own waits from 64 KiB on, and the kernel takes megabytes: a page that wakes up would first be shown
    minutes of old positions, and a thousand frozen ones would cost gigabytes.
    """

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        self.transport.set_write_buffer_limits(high=0)
        if hasattr(socket, "TCP_NOTSENT_LOWAT"):  # Linux and macOS
            # A copy, because uvloop does not lend its own.
            with self.transport.get_extra_info("socket").dup() as same:
                if same.family in {socket.AF_INET, socket.AF_INET6}:
                    same.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT)
