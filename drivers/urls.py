from django.urls import path

from drivers.views import crew, day, looks, patterns, planning, readings, shifts

urlpatterns = [
    path("drive/", day.my_day, name="my-day"),
    path("drive/missions/<str:code>/acknowledge/", day.acknowledge, name="mission-acknowledge"),
    path("drive/missions/<str:code>/decline/", day.decline, name="mission-decline"),
    path("drive/rides/<str:code>/depart/", day.ride_step, {"verb": "depart"}, name="ride-depart"),
    path("drive/rides/<str:code>/arrive/", day.ride_step, {"verb": "arrive"}, name="ride-arrive"),
    path("drive/rides/<str:code>/board/", day.ride_step, {"verb": "board"}, name="ride-board"),
    path("drive/rides/<str:code>/complete/", day.ride_step, {"verb": "complete"}, name="ride-complete"),
    path("drive/rides/<str:code>/no-show/", day.ride_step, {"verb": "no_show"}, name="ride-no-show"),
    path("drive/looks/", looks.my_looks, name="my-looks"),
    path("drive/shifts/", shifts.my_shifts, name="my-shifts"),
    path("drive/shifts/calendar/", shifts.calendar_make, name="my-calendar-make"),
    path("drive/shifts/calendar/end/", shifts.calendar_end, name="my-calendar-end"),
    path("calendar/<str:token>.ics", shifts.calendar, name="my-calendar"),
    path("drive/positions/", day.positions, name="positions"),
    path("drive/readings/start/", readings.read, {"kind": "start"}, name="reading-start"),
    path("drive/readings/end/", readings.read, {"kind": "end"}, name="reading-end"),
    path("bases/<slug:code>/drivers/", crew.drivers, name="base-drivers"),
    path("bases/<slug:code>/drivers/new/", crew.driver_add, name="base-driver-add"),
    path("bases/<slug:code>/drivers/<int:pk>/", crew.driver, name="base-driver"),
    path("bases/<slug:code>/drivers/<int:pk>/remove/", crew.driver_remove, name="base-driver-remove"),
    path("bases/<slug:code>/planning/drivers/<int:pk>/", planning.driver_plan, name="planning-driver"),
    path("bases/<slug:code>/planning/shifts/new/", planning.shift_add, name="planning-shift-add"),
    path("bases/<slug:code>/planning/shifts/<int:pk>/", planning.shift, name="planning-shift"),
    path("bases/<slug:code>/planning/shifts/<int:pk>/move/", planning.shift_move, name="planning-shift-move"),
    path("bases/<slug:code>/planning/shifts/<int:pk>/remove/", planning.shift_remove, name="planning-shift-remove"),
    path("bases/<slug:code>/planning/patterns/new/", patterns.pattern_add, name="planning-pattern-add"),
    path("bases/<slug:code>/planning/patterns/<int:pk>/", patterns.pattern, name="planning-pattern"),
    path(
        "bases/<slug:code>/planning/patterns/<int:pk>/remove/", patterns.pattern_remove, name="planning-pattern-remove"
    ),
    path("bases/<slug:code>/planning/absences/new/", planning.absence_add, name="planning-absence-add"),
    path("bases/<slug:code>/planning/absences/<int:pk>/", planning.absence, name="planning-absence"),
    path("bases/<slug:code>/planning/absences/<int:pk>/move/", planning.absence_move, name="planning-absence-move"),
    path(
        "bases/<slug:code>/planning/absences/<int:pk>/remove/", planning.absence_remove, name="planning-absence-remove"
    ),
    path("bases/<slug:code>/planning/copy-week/", patterns.week_copy, name="planning-copy-week"),
    path("drive/sharing/", day.share_position, name="share-position"),
]
