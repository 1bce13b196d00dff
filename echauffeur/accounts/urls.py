from django.urls import path

from echauffeur.accounts.views import account, sessions

urlpatterns = [
    path("", account.account, name="account"),
    path("name/", account.change_name, name="account-name"),
    path("preferences/", account.choose_preferences, name="account-preferences"),
    path("sessions/end/", sessions.end_everywhere, name="sessions-end"),
    path("sessions/end-others/", sessions.end_elsewhere, name="sessions-end-others"),
    path("sessions/<uuid:handle>/end/", sessions.end_one, name="session-end"),
]
