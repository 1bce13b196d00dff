from django.urls import path

from echauffeur.accounts.views import people
from echauffeur.bases.views import categories, every, general, hours, places, search, settings
from echauffeur.journal.views import base_journal

urlpatterns = [
    path("places/", search.places, name="places"),
    path("bases/", every.bases, name="bases"),
    path("bases/new/", every.base_new, name="base-new"),
    path("bases/<slug:code>/settings/", settings.base_settings, name="base-settings"),
    path("bases/<slug:code>/general/", general.general, name="base-general"),
    path("bases/<slug:code>/hours/", hours.hours, name="base-hours"),
    path("bases/<slug:code>/exceptions/", hours.exceptions, name="base-exceptions"),
    path("bases/<slug:code>/exceptions/new/", hours.exception_add, name="base-exception-add"),
    path("bases/<slug:code>/exceptions/<int:pk>/", hours.exception, name="base-exception"),
    path("bases/<slug:code>/exceptions/<int:pk>/remove/", hours.exception_remove, name="base-exception-remove"),
    path("bases/<slug:code>/holidays/", general.holidays, name="base-holidays"),
    path("bases/<slug:code>/rules/", general.rules, name="base-rules"),
    path("bases/<slug:code>/categories/", categories.categories, name="base-categories"),
    path("bases/<slug:code>/categories/new/", categories.category_add, name="base-category-add"),
    path("bases/<slug:code>/categories/<int:pk>/", categories.category, name="base-category"),
    path("bases/<slug:code>/categories/<int:pk>/move/", categories.category_move, name="base-category-move"),
    path("bases/<slug:code>/categories/<int:pk>/remove/", categories.category_remove, name="base-category-remove"),
    path("bases/<slug:code>/places/", places.places, name="base-places"),
    path("bases/<slug:code>/places/new/", places.place_add, name="base-place-add"),
    path("bases/<slug:code>/places/<int:pk>/", places.place, name="base-place"),
    path("bases/<slug:code>/places/<int:pk>/remove/", places.place_remove, name="base-place-remove"),
    path("bases/<slug:code>/people/", people.people, name="base-people"),
    path("bases/<slug:code>/people/new/", people.person_add, name="base-person-add"),
    path("bases/<slug:code>/people/<int:pk>/", people.person, name="base-person"),
    path("bases/<slug:code>/people/<int:pk>/give/", people.role_grant, name="base-person-grant"),
    path("bases/<slug:code>/people/<int:pk>/withdraw/", people.role_withdraw, name="base-person-withdraw"),
    path("bases/<slug:code>/journal/", base_journal, name="base-journal"),
]
