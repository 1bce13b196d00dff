"""Where HTTP requests and sockets come in."""

import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "echauffeur.settings.production")
django_application = get_asgi_application()

import echauffeur.celery  # noqa: E402, F401  the process knows the worker's queue
from echauffeur.journal.live import SameOriginOnly  # noqa: E402  the apps must be loaded first
from echauffeur.sockets import sockets  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": django_application,
        "websocket": SameOriginOnly(AuthMiddlewareStack(URLRouter(sockets))),
    }
)
