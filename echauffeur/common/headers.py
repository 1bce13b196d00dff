"""What every answer says to the browser, whoever makes it: a page, an error, a static file, a refused socket."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

View = TypeVar("View", bound=Callable[..., HttpResponse])
Answer = TypeVar("Answer", bound=HttpResponse)

PERMISSIONS = "Permissions-Policy"
# Everything that a browser may lend to a page and that none of ours asks for.
NEVER_ASKED = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "encrypted-media", "fullscreen",
    "gyroscope", "hid", "magnetometer", "microphone", "midi", "payment", "picture-in-picture",
    "publickey-credentials-get", "screen-wake-lock", "serial", "usb", "xr-spatial-tracking",
)  # fmt: skip
CLOSED = ", ".join(f"{power}=()" for power in (*NEVER_ASKED, "geolocation"))
OPEN_TO_POSITION = ", ".join((*(f"{power}=()" for power in NEVER_ASKED), "geolocation=(self)"))

# For answers that say nothing else. Pages have a content policy of their own (settings), and some their own caching.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    PERMISSIONS: CLOSED,
    "Cache-Control": "private, no-store",
}
STARTS = {"http.response.start", "websocket.http.response.start"}


def asks_position(view: View) -> View:
    """Let the page of this view ask the device where it is. All others can't, whatever script got into them."""

    @wraps(view)
    def opened(*args: Any, **kwargs: Any) -> HttpResponse:
        response = view(*args, **kwargs)
        response[PERMISSIONS] = OPEN_TO_POSITION
        return response

    return cast(View, opened)


def kept_nowhere(response: Answer) -> Answer:
    """Have neither the browser nor anything on the way keep this answer, and return it."""
    response["Cache-Control"] = HEADERS["Cache-Control"]
    return response


def show_images_of(request: HttpRequest, origin: str) -> None:
    """Let the page that answers this request show pictures of that server (https://host), besides our own."""
    request.image_origin = origin  # type: ignore[attr-defined]


class ContentPolicy(CSPMiddleware):
    """The policy of the settings, and what `show_images_of` adds to it for one page."""

    def get_policy_parts(
        self,
        request: HttpRequest,
        response: HttpResponseBase,
        report_only: bool = False,  # noqa: FBT001, FBT002
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if origin := getattr(request, "image_origin", ""):
            parts.update = {**(parts.update or {}), "img-src": [origin]}
        return parts


def is_secure(scope: dict[str, Any]) -> bool:
    """Return whether the browser came over TLS, as our proxy tells it where there is one."""
    if settings.SECURE_PROXY_SSL_HEADER:
        return dict(scope["headers"]).get(b"x-forwarded-proto") == b"https"
    return scope.get("scheme") in {"https", "wss"}


class HeadersOnEveryAnswer:
    """Add to every answer what it does not say itself."""

    def __init__(self, inner: Any):
        self.inner = inner

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        async def send_with_headers(message: dict[str, Any]) -> None:
            if message["type"] in STARTS:
                said = list(message.get("headers", ()))
                names = {name.lower() for name, _value in said}
                missing = [pair for pair in _headers(scope) if pair[0] not in names]
                message = message | {"headers": said + missing}
            await send(message)

        return await self.inner(scope, receive, send_with_headers)


def _headers(scope: dict[str, Any]) -> list[tuple[bytes, bytes]]:
    headers = dict(HEADERS)
    if settings.SECURE_HSTS_SECONDS and is_secure(scope):
        headers["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains; preload"
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


async def refuse_socket(scope: dict[str, Any], send: Any, *, status: int, code: int) -> None:
    """Answer a handshake with an ordinary HTTP answer, headers and all, where the server can; else just close."""
    if "websocket.http.response" in scope.get("extensions", {}):
        await send({"type": "websocket.http.response.start", "status": status, "headers": []})
        await send({"type": "websocket.http.response.body", "body": b""})
    else:
        await send({"type": "websocket.close", "code": code})


async def no_such_socket(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Stand where no socket is: an address that somebody made up is no error of ours."""
    await refuse_socket(scope, send, status=404, code=4404)
