from django.urls import path

from echauffeur.accounts.views import people
from echauffeur.bases.views import places, search, settings

urlpatterns = [
    path("places/", search.places, name="places"),
    path("bases/<slug:code>/settings/", settings.base_settings, name="base-settings"),
    path("bases/<slug:code>/places/", places.places, name="base-places"),
    path("bases/<slug:code>/places/new/", places.place_add, name="base-place-add"),
    path("bases/<slug:code>/places/<int:pk>/", places.place, name="base-place"),
    path("bases/<slug:code>/places/<int:pk>/remove/", places.place_remove, name="base-place-remove"),
    path("bases/<slug:code>/people/", people.people, name="base-people"),
    path("bases/<slug:code>/people/new/", people.person_add, name="base-person-add"),
    path("bases/<slug:code>/people/<int:pk>/", people.person, name="base-person"),
    path("bases/<slug:code>/people/<int:pk>/give/", people.role_grant, name="base-person-grant"),
    path("bases/<slug:code>/people/<int:pk>/withdraw/", people.role_withdraw, name="base-person-withdraw"),
]
