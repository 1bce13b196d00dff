"""The Django administration: for administrators of all bases only, behind the one sign-in page."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, TypeVar, cast

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from echauffeur.common.admin import is_possible_key

ViewType = TypeVar("ViewType", bound=Callable[..., HttpResponseBase])

# The order in which a new base is set up.
APPS = ["bases", "accounts", "fleet", "drivers", "bookings", "dispatch", "journal", "notifications", "public"]


class AdminSite(admin.AdminSite):
    """Closed to everybody but superusers: Django's own rights know no base, so nobody gets in by them alone."""

    site_title = _("e-Chauffeur administration")
    site_header = _("e-Chauffeur administration")
    index_title = _("Bases, people and vehicles")

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and request.user.is_superuser

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Say plainly that this is not for them: whoever is not signed in never gets here."""
        if self.has_permission(request):
            return redirect("admin:index")
        raise PermissionDenied

    def password_change(  # type: ignore[override]  # Django's own page is not for us
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lead to the one page for it, which counts tries, tells the person and ends the other sessions."""
        return redirect("account-password")

    def admin_view(self, view: ViewType, cacheable: bool = False) -> ViewType:  # noqa: FBT001, FBT002
        inner = super().admin_view(view, cacheable)

        def on_own_clock(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            _leave_out_impossible_rows(request, getattr(view, "__self__", None))
            base = getattr(request.user, "base", None)
            with timezone.override(base.zone if base else "Europe/Paris"):
                response = inner(request, *args, **kwargs)
                # Left to itself Django would draw the page after this block, on another clock.
                return response.render() if isinstance(response, TemplateResponse) else response

        return cast(ViewType, update_wrapper(on_own_clock, inner))

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        apps = super().get_app_list(request, app_label)
        return sorted(apps, key=lambda app: APPS.index(app["app_label"]) if app["app_label"] in APPS else len(APPS))


def _leave_out_impossible_rows(request: HttpRequest, model_admin: object) -> None:
    """Leave out of the rows chosen for an action what can be no row's key: Django would ask the database for it."""
    if request.method != "POST" or not isinstance(model_admin, admin.ModelAdmin):
        return
    chosen = request.POST.getlist(ACTION_CHECKBOX_NAME)
    key = model_admin.model._meta.pk  # noqa: SLF001  Django's own name for it
    possible = [text for text in chosen if is_possible_key(key, text)]
    if possible != chosen:
        post = request.POST.copy()
        post.setlist(ACTION_CHECKBOX_NAME, possible)
        request.POST = post  # type: ignore[assignment]
