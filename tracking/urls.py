from django.urls import path

from tracking.views import devices, incoming, maps, own_devices

urlpatterns = [
    path("bases/<slug:code>/map.json", maps.base_map, name="base-map"),
    path("devices/osmand/", incoming.osmand, name="device-osmand"),
    path("devices/owntracks/", incoming.owntracks, name="device-owntracks"),
    path("bases/<slug:code>/devices/", devices.devices, name="base-devices"),
    path("bases/<slug:code>/devices/new/", devices.device_add, name="base-device-add"),
    path("bases/<slug:code>/devices/<int:pk>/", devices.device, name="base-device"),
    path("bases/<slug:code>/devices/<int:pk>/renew/", devices.device_renew, name="base-device-renew"),
    path("bases/<slug:code>/devices/<int:pk>/revoke/", devices.device_revoke, name="base-device-revoke"),
    path("bases/<slug:code>/devices/<int:pk>/remove/", devices.device_remove, name="base-device-remove"),
    path("drive/devices/", own_devices.my_devices, name="my-devices"),
    path("drive/devices/<int:pk>/renew/", own_devices.my_device_renew, name="my-device-renew"),
    path("drive/devices/<int:pk>/revoke/", own_devices.my_device_revoke, name="my-device-revoke"),
]
