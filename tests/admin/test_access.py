"""The administration is for administrators of all bases: being staff opens nothing."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from echauffeur.accounts.models import User
from echauffeur.common.admin import FindsRows
from tests.factories import ManagerFactory, RegulatorFactory, UserFactory

pytestmark = pytest.mark.django_db


def staff_with_every_django_permission():
    user = UserFactory(is_staff=True)
    user.user_permissions.set(Permission.objects.all())
    return user


@pytest.mark.parametrize("make", [UserFactory, RegulatorFactory, ManagerFactory, staff_with_every_django_permission])
@pytest.mark.parametrize(
    "path", ["/admin/", "/admin/bases/base/", "/admin/accounts/user/add/", "/admin/journal/entry/"]
)
def test_nobody_else_gets_in(client: Client, make, path: str) -> None:
    client.force_login(make())
    assert client.get(path, follow=True).status_code == 403


def test_strangers_sign_in_on_the_sites_own_page_and_come_back(client: Client) -> None:
    assert client.get("/admin/bases/base/")["Location"] == "/sign-in/?next=/admin/bases/base/"


def test_administrators_have_no_second_sign_in(administration: Client) -> None:
    assert administration.get("/admin/login/")["Location"] == "/admin/"


def test_django_groups_give_no_rights_here() -> None:
    assert "Group" not in {model.__name__ for model in admin.site._registry}


@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model._meta.label_lower)
@pytest.mark.parametrize("page", ["changelist", "add"])
def test_every_page_opens(administration: Client, model, page: str) -> None:
    opts = model._meta
    answer = administration.get(reverse(f"admin:{opts.app_label}_{opts.model_name}_{page}"))
    adds = admin.site._registry[model].has_add_permission(answer.wsgi_request)
    assert answer.status_code == (200 if page == "changelist" or adds else 403)


@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model._meta.label_lower)
def test_every_list_can_be_searched(administration: Client, model) -> None:
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    assert administration.get(address, {"q": "l'été"}).status_code == 200


@pytest.mark.parametrize("key", ["x", "", "1.5", str(2**63), "-1", "\x00"])
@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model._meta.label_lower)
def test_an_action_on_what_is_no_row_does_nothing(administration: Client, model, key: str) -> None:
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    sent = {"action": "delete_selected", "post": "yes", "_selected_action": key}
    assert administration.post(address, sent).status_code in {200, 302, 403}


SEARCHED = [model for model, page in admin.site._registry.items() if page.autocomplete_fields]


@pytest.mark.parametrize("key", ["x", "1.5", str(2**63), "\x00", "99h99"])
@pytest.mark.parametrize("model", SEARCHED, ids=lambda model: model._meta.label_lower)
def test_a_search_box_shows_its_form_again_after_nonsense(administration: Client, model, key: str) -> None:
    page = admin.site._registry[model]
    sent = dict.fromkeys(page.autocomplete_fields, key)
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")
    assert administration.post(address, sent).status_code == 200


def test_so_does_one_in_a_table_of_the_page(administration: Client, administrator: User) -> None:
    counts = {"memberships-TOTAL_FORMS": 1, "memberships-INITIAL_FORMS": 0}
    sent = counts | {"memberships-0-base": "x", "memberships-0-role": "driver", "email": administrator.email}
    address = reverse("admin:accounts_user_change", args=[administrator.pk])
    assert administration.post(address, sent).status_code == 200


def test_every_search_box_is_ours() -> None:
    pages = list(admin.site._registry.values())
    tables = [table for page in pages for table in page.inlines]
    searching = [kind for kind in [*map(type, pages), *tables] if kind.autocomplete_fields]
    assert [kind.__name__ for kind in searching if not issubclass(kind, FindsRows)] == []
