from django.urls import path

from echauffeur.exchange import views

urlpatterns = [
    path("bases/<slug:code>/import/", views.imports, name="base-import"),
    path("bases/<slug:code>/import/<slug:kind>/", views.import_kind, name="base-import-kind"),
    path("bases/<slug:code>/import/check/<uuid:key>/", views.import_check, name="base-import-check"),
    path("bases/<slug:code>/import/check/<uuid:key>/forget/", views.import_forget, name="base-import-forget"),
    path("bases/<slug:code>/export/<slug:kind>/", views.export, name="base-export"),
]
