"""Who is signed in, where and since when: Django's database session with columns of its own, so that it can be listed.

No network address is kept. It would tell where somebody was, all day; the device and the times are enough to recognise
one's own sessions, and lock-out counts addresses on its own, for as long as it needs them.
"""

from datetime import datetime, timedelta
from typing import Any, cast
from uuid import uuid4

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from echauffeur.accounts.devices import device_of

# Last seen is written this rarely: a page that looks again at every step must not cost a write each time.
SEEN_EVERY = timedelta(minutes=1)


class Session(AbstractBaseSession):
    """One browser's session. ``user`` None: nobody is signed in there yet, or a guest follows a ride."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="sessions", verbose_name=_("person")
    )
    begun_at = models.DateTimeField(_("signed in"), default=timezone.now)
    seen_at = models.DateTimeField(_("last seen"), default=timezone.now)
    device = models.CharField(_("device"), max_length=60, blank=True)
    # What pages and addresses call it: the key itself opens the session, and is nobody's to read.
    handle = models.UUIDField(default=uuid4, unique=True)

    class Meta(AbstractBaseSession.Meta):
        pass

    @classmethod
    def get_session_store_class(cls) -> "type[SessionStore]":
        return SessionStore


class SessionStore(DatabaseStore):
    """What a request or a socket has as its session.

    A session ends ``SESSION_COOKIE_AGE`` seconds after signing in, however often it is used.
    """

    # What the browser calls itself; told by the middleware, unknown to sockets.
    user_agent = ""

    def __init__(self, session_key: str | None = None):
        super().__init__(session_key)
        self.row: Session | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def load(self) -> dict[str, Any]:
        self.row = self._get_session_from_db()  # type: ignore[attr-defined]  # the types leave it out
        return self.decode(self.row.session_data) if self.row else {}

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row = cast(Session, super().create_model_instance(data))
        row.user_id = _person_in(data)
        row.begun_at = self._begun_at(row.user_id)
        row.handle = self.row.handle if self.row and self.row.pk == row.pk else row.handle
        row.device = device_of(self.user_agent) or (self.row.device if self.row else "")
        self.row = row
        return row

    async def acreate_model_instance(self, data: dict[str, Any]) -> Session:
        return await sync_to_async(self.create_model_instance)(data)

    def get_session_cookie_age(self) -> int:
        user_id = _person_in(self)
        if user_id is None:
            return settings.SESSION_COOKIE_AGE
        ends_at = self._begun_at(user_id) + timedelta(seconds=settings.SESSION_COOKIE_AGE)
        return max(1, int((ends_at - timezone.now()).total_seconds()))

    def begin_anew(self) -> None:
        """Count from now: somebody is about to sign in, be it the one who was signed in before."""
        self.row = None

    def note_seen(self) -> None:
        """Write that the person is here now, unless that was written a moment ago."""
        now = timezone.now()
        if self.row and self.row.user_id and now - self.row.seen_at > SEEN_EVERY:
            self.row.seen_at = now
            Session.objects.filter(pk=self.row.pk).update(seen_at=now)

    def _begun_at(self, user_id: int | None) -> datetime:
        """Return since when this person is signed in here; now, when somebody else was, or nobody."""
        same = self.row is not None and self.row.user_id == user_id
        return self.row.begun_at if self.row and same else timezone.now()


def _person_in(data: "dict[str, Any] | SessionStore") -> int | None:
    """Return the key of the person who is signed in by this session's content."""
    key = data.get(SESSION_KEY)
    return int(key) if key else None
