"""The demo's known passwords never get into somebody's own database."""

import pytest
from django.core.management import CommandError, call_command

from echauffeur.accounts.models import User
from tests.factories import UserFactory


@pytest.mark.django_db
def test_the_demo_does_not_go_into_a_database_in_use():
    UserFactory()
    with pytest.raises(CommandError, match="somebody's data"):
        call_command("load_demo", verbosity=0)
    assert User.objects.count() == 1
