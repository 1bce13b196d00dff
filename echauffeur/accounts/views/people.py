"""The people of a base and their roles on it: listed, looked up, given and withdrawn by its managers.

Nothing else of an account is theirs to change: a person may belong to several bases.
"""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from drivers.models import Driver
from echauffeur.accounts.access import base_where, person_of
from echauffeur.accounts.actions import roles
from echauffeur.accounts.actions.people import Added
from echauffeur.accounts.forms.people import PersonForm, RoleForm
from echauffeur.accounts.models import User, phone_in_words
from echauffeur.accounts.people import CUSTOMERS, GIVING, people_of, role_steps, roles_of
from echauffeur.accounts.queries import grants_of, may
from echauffeur.accounts.requests import SignedInRequest
from echauffeur.accounts.roles import Permission, Role, in_words
from echauffeur.bases.models import Base
from echauffeur.bases.views import rows
from echauffeur.common.methods import get_or_post
from echauffeur.common.refusals import Refusal

SECTION = "base-people"


def base_of(request: SignedInRequest, code: str) -> Base:
    """Return the base of that code, if its roles are the person's to give. Raises Http404 otherwise."""
    return base_where(request.user, Permission.MANAGE_PEOPLE, code)


@require_safe
def people(request: SignedInRequest, code: str) -> HttpResponse:
    """List the base's people, or those of one role, or those who go by some words."""
    base, words, role = base_of(request, code), rows.words_asked(request), request.GET.get("role", "")
    kinds = [("", _("Everybody")), *((r.value, r.label) for r in Role), (CUSTOMERS, _("Without a role"))]
    shown = rows.page_of(request, people_of(base, words, role))
    context = {"section": SECTION, "words": words, "rows": shown, "kinds": kinds, "role": role}
    return rows.show(request, base, "accounts/people.html", context)


@require_safe
def person(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Show one of the base's people: the roles here, since when, and what each lets them do."""
    base = base_of(request, code)
    return show_person(request, base, person_of(base, pk))


def show_person(request: SignedInRequest, base: Base, person: User, *, status: int = 200) -> HttpResponse:
    """Render the person's page, for whoever gives the roles of the base."""
    here = roles_of(person, base, seen_by=request.user)
    context = {
        "section": SECTION,
        "person": person,
        "phone": phone_in_words(person.phone) if person.roles_here else "",  # type: ignore[attr-defined]
        "roles": here,
        "driver": Driver.objects.of(base).filter(user=person).first(),
        "steps": [(step, step.verb in GIVING, Role(step.code).label) for step in role_steps(person, base).reverse()],
    }
    return rows.show(request, base, "accounts/person.html", context, status=status)


@require_POST
def role_grant(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Give one of the base's people a role on it."""
    given, had = _("%(name)s is now: %(role)s."), _("%(name)s already had this role: %(role)s.")
    return _step(request, code, pk, roles.grant, (had, given))


@require_POST
def role_withdraw(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Withdraw a role of one of the base's people; pages that it opened close at once."""
    gone, had_not = _("%(name)s is no longer: %(role)s."), _("%(name)s did not have this role: %(role)s.")
    return _step(request, code, pk, roles.withdraw, (had_not, gone))


@get_or_post
def person_add(request: SignedInRequest, code: str) -> HttpResponse:
    """Give somebody a role by their exact address; whoever has no account is invited."""
    base = base_of(request, code)
    form = PersonForm(rows.typed(request), base=base, by=request.user)
    if request.method == "POST" and (added := form.add()):
        messages.success(request, _added_in_words(added, form.cleaned_data["role"]))
        return redirect("base-person", base.code, added.person.pk)
    explained = [(role.label, in_words(role)) for role in Role if role in grants_of(request.user, base)]
    context = {"section": SECTION, "form": form, "explained": explained}
    return rows.show(request, base, "accounts/person_add.html", context, status=form.status)


def _added_in_words(added: Added, role: Role) -> str:
    said = {"name": added.person, "email": added.person.email, "role": role.label}
    if added.is_new:
        return _("%(name)s is invited by mail to %(email)s, with the role: %(role)s.") % said
    if added.is_given:
        return _("%(email)s had an account already: %(name)s is now: %(role)s.") % said
    return _("%(name)s already had this role: %(role)s.") % said


def _step(
    request: SignedInRequest, code: str, pk: int, act: Callable[..., bool], said: tuple[str, str]
) -> HttpResponse:
    """Do it and say so; a refusal shows the page with its reason. ``said``: of what was so already, and of the step."""
    base = base_of(request, code)
    person = person_of(base, pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose one of the roles on this page."))
        return show_person(request, base, person, status=422)
    role = form.cleaned_data["role"]
    try:
        is_done = act(user=person, base=base, role=role, by=request.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return show_person(request, base, person_of(base, pk), status=refusal.status)
    messages.success(request, said[is_done] % {"name": person, "role": role.label})
    return _back(request, base, pk)


def _back(request: SignedInRequest, base: Base, pk: int) -> HttpResponse:
    """Go back to the person, as far as both are still of this base."""
    if not may(User.objects.get(pk=request.user.pk), Permission.MANAGE_PEOPLE, base):
        return redirect("home")
    if not people_of(base).filter(pk=pk).exists():
        return redirect(SECTION, base.code)
    return redirect("base-person", base.code, pk)
