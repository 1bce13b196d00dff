from django.urls import path

from echauffeur.accounts.views import account, passwords, phone, provider, second_factor, sessions

urlpatterns = [
    path("", account.account, name="account"),
    path("name/", account.change_name, name="account-name"),
    path("preferences/", account.choose_preferences, name="account-preferences"),
    path("second-factor/", second_factor.setup, name="second-factor"),
    path("second-factor/codes/", second_factor.renew_codes, name="second-factor-codes"),
    path("second-factor/remove/", second_factor.remove, name="second-factor-remove"),
    path("identities/link/", provider.link, name="provider-link"),
    path("identities/<int:pk>/unlink/", provider.unlink, name="provider-unlink"),
    path("sessions/end/", sessions.end_everywhere, name="sessions-end"),
    path("sessions/end-others/", sessions.end_elsewhere, name="sessions-end-others"),
    path("sessions/<uuid:handle>/end/", sessions.end_one, name="session-end"),
    path("password/", passwords.change_password, name="account-password"),
    path("phone/", phone.phone, name="account-phone"),
    path("phone/code/", phone.phone_code, name="account-phone-code"),
    path("phone/remove/", phone.remove_phone, name="account-phone-remove"),
]
