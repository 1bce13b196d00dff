"""Requests not sent yet. They wait in the session, so that going back, a second tab or a reload lose nothing."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib.sessions.backends.base import SessionBase
from django.utils import timezone

DRAFTS = "ride_drafts"
MOST = 5
KEPT_SECONDS = 7200
Typed = dict[str, Any]


def keep(session: SessionBase, typed: Typed, key: UUID | None = None) -> UUID:
    """Keep what was typed and return its key. A draft never changes: what was typed over it is its successor."""
    key = key or uuid4()
    others = [draft for draft in session.get(DRAFTS, []) if draft["key"] not in (str(key), typed.get("draft"))]
    session[DRAFTS] = [*others[1 - MOST :], {"key": str(key), "typed": typed, "at": timezone.now().timestamp()}]
    return key


def of_key(session: SessionBase, key: str) -> Typed:
    """Return what was typed under that key; nothing when it is no longer kept."""
    drafts = (_typed(draft) for draft in session.get(DRAFTS, []) if draft["key"] == key)
    return next(drafts, {})


def latest(session: SessionBase) -> Typed:
    """Return what was typed last and not sent, within the last two hours; else nothing."""
    drafts = session.get(DRAFTS, [])
    is_recent = drafts and timezone.now().timestamp() - drafts[-1]["at"] < KEPT_SECONDS
    return _typed(drafts[-1]) if is_recent else {}


def drop(session: SessionBase, key: str) -> None:
    """Forget this draft: it was sent."""
    session[DRAFTS] = [draft for draft in session.get(DRAFTS, []) if draft["key"] != key]


def _typed(draft: dict[str, Any]) -> Typed:
    return {**draft["typed"], "draft": draft["key"]}
