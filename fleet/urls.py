from django.urls import path

from fleet.states import HANDSET
from fleet.views import handsets, outages, upkeep, vehicle_models, vehicles

urlpatterns = [
    path("bases/<slug:code>/vehicles/", vehicles.vehicles, name="base-vehicles"),
    path("bases/<slug:code>/vehicles/new/", vehicles.vehicle_add, name="base-vehicle-add"),
    path("bases/<slug:code>/vehicles/<int:pk>/", vehicles.vehicle, name="base-vehicle"),
    path("bases/<slug:code>/vehicles/<int:pk>/remove/", vehicles.vehicle_remove, name="base-vehicle-remove"),
    path("bases/<slug:code>/planning/unavailabilities/new/", outages.add, name="planning-unavailability-add"),
    path(
        "bases/<slug:code>/planning/unavailabilities/<int:pk>/", outages.unavailability, name="planning-unavailability"
    ),
    path("bases/<slug:code>/planning/unavailabilities/<int:pk>/end/", outages.end, name="planning-unavailability-end"),
    path(
        "bases/<slug:code>/planning/unavailabilities/<int:pk>/move/", outages.move, name="planning-unavailability-move"
    ),
    path("bases/<slug:code>/planning/outage-patterns/new/", outages.pattern_add, name="planning-outage-pattern-add"),
    path("bases/<slug:code>/planning/outage-patterns/<int:pk>/", outages.pattern, name="planning-outage-pattern"),
    path(
        "bases/<slug:code>/planning/outage-patterns/<int:pk>/remove/",
        outages.pattern_remove,
        name="planning-outage-pattern-remove",
    ),
    path("bases/<slug:code>/planning/vehicles/<int:pk>/", upkeep.vehicle, name="planning-vehicle"),
    path("bases/<slug:code>/planning/vehicles/", upkeep.vehicles, name="planning-vehicles"),
    path("bases/<slug:code>/planning/vehicles/<int:pk>/done/", upkeep.done, name="planning-vehicle-done"),
    path("bases/<slug:code>/planning/vehicles/<int:pk>/readings/", upkeep.readings, name="planning-readings"),
    path("bases/<slug:code>/planning/readings/<int:pk>/remove/", upkeep.reading_remove, name="planning-reading-remove"),
    path("bases/<slug:code>/models/", vehicle_models.models, name="base-models"),
    path("bases/<slug:code>/models/new/", vehicle_models.model_add, name="base-model-add"),
    path("bases/<slug:code>/models/<int:pk>/", vehicle_models.model, name="base-model"),
    path("bases/<slug:code>/models/<int:pk>/remove/", vehicle_models.model_remove, name="base-model-remove"),
    path("bases/<slug:code>/handsets/", handsets.handsets, name="base-handsets"),
    path("bases/<slug:code>/handsets/new/", handsets.handset_add, name="base-handset-add"),
    path("bases/<slug:code>/handsets/<int:pk>/", handsets.handset, name="base-handset"),
    path("bases/<slug:code>/handsets/<int:pk>/remove/", handsets.handset_remove, name="base-handset-remove"),
    path("bases/<slug:code>/handsets/<int:pk>/lend/", handsets.handset_lend, name="base-handset-lend"),
    *(
        path(
            f"bases/<slug:code>/handsets/<int:pk>/{verb.replace('_', '-')}/",
            handsets.handset_step,
            {"verb": verb},
            name=f"base-handset-{verb.replace('_', '-')}",
        )
        for verb in HANDSET.steps
        if verb != "lend"
    ),
]
