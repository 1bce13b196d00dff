"""Where HTTP requests and sockets come in."""

import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.urls import re_path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "echauffeur.settings.production")
django_application = get_asgi_application()

import echauffeur.celery  # noqa: E402, F401  the process knows the worker's queue
from echauffeur.common.headers import HeadersOnEveryAnswer, no_such_socket  # noqa: E402  the apps must be loaded first
from echauffeur.journal.live import SameOriginOnly  # noqa: E402
from echauffeur.sockets import sockets  # noqa: E402

every_socket = URLRouter([*sockets, re_path("", no_such_socket)])  # type: ignore[arg-type]  # Channels takes any ASGI application
application = HeadersOnEveryAnswer(
    ProtocolTypeRouter(
        {
            "http": django_application,
            "websocket": SameOriginOnly(AuthMiddlewareStack(every_socket)),
        }
    )
)
