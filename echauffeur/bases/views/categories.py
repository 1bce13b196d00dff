"""A base's categories of transport, in the order in which customers are offered them."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from echauffeur.accounts.requests import SignedInRequest
from echauffeur.bases.access import category_of
from echauffeur.bases.actions import move_category
from echauffeur.bases.forms import CategoryForm
from echauffeur.bases.models import Category
from echauffeur.bases.queries import next_order
from echauffeur.bases.views import rows
from echauffeur.common.methods import get_or_post

SECTION = "base-categories"


@require_safe
def categories(request: SignedInRequest, code: str) -> HttpResponse:
    """List the base's categories, switched off ones too."""
    base = rows.base_to_configure(request, code)
    return rows.show(request, base, "bases/categories.html", {"section": SECTION, "rows": base.categories.all()})


@get_or_post
def category_add(request: SignedInRequest, code: str) -> HttpResponse:
    """Add a category, after all others."""
    base = rows.base_to_configure(request, code)
    form = CategoryForm(rows.typed(request), instance=Category(base=base, order=next_order(base)))
    back = reverse(SECTION, args=[code])
    return rows.edit(request, base, form, section=SECTION, back=back, title=_("Add a category"))


@get_or_post
def category(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Change a category."""
    base = rows.base_to_configure(request, code)
    row = category_of(base, pk)
    form = CategoryForm(rows.typed(request), instance=row)
    back, remove = reverse(SECTION, args=[code]), reverse("base-category-remove", args=[code, pk])
    return rows.edit(request, base, form, section=SECTION, back=back, title=row.name, remove=remove)


@require_POST
def category_move(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Offer a category one place earlier, or later."""
    base = rows.base_to_configure(request, code)
    move_category(category=category_of(base, pk), up=request.POST.get("to") == "up", by=request.user)
    return redirect(SECTION, code)


@get_or_post
def category_remove(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Remove a category that no ride was ever of."""
    base = rows.base_to_configure(request, code)
    row = category_of(base, pk)
    back, stay = reverse(SECTION, args=[code]), reverse("base-category", args=[code, pk])
    return rows.remove(request, base, row, section=SECTION, back=back, stay=stay)
