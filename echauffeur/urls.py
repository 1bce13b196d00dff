"""Every address of the site."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from echauffeur.accounts.views import entry, passwords, provider, second_factor
from echauffeur.accounts.views.bases import choose
from echauffeur.accounts.views.consent import consent
from echauffeur.accounts.views.home import set_language
from echauffeur.accounts.views.signing import SignIn, SignOut
from echauffeur.demo.accounts import ACCOUNTS
from echauffeur.health import health

DEMO_ACCOUNTS = ACCOUNTS if settings.DEMO else []

urlpatterns = [
    path("", include("echauffeur.public.urls")),
    path("healthz", health, name="healthz"),
    path("sign-in/", SignIn.as_view(extra_context={"demo_accounts": DEMO_ACCOUNTS}), name="sign-in"),
    path("sign-in/second-step/", second_factor.second_step, name="second-step"),
    path("sign-in/second-step/setup/", second_factor.setup_first, name="second-step-setup"),
    path("sign-in/provider/", provider.sign_in, name="provider-sign-in"),
    path("sign-in/provider/back/", provider.callback, name="provider-callback"),
    path("sign-out/done/", provider.signed_out, name="signed-out"),
    path("sign-out/provider/", provider.sign_out, name="provider-sign-out"),
    path("sign-out/", SignOut.as_view(), name="sign-out"),
    path("sign-up/", entry.sign_up, name="sign-up"),
    path("sign-up/code/", entry.sign_up_code, name="sign-up-code"),
    path("sign-up/again/", entry.sign_up_again, name="sign-up-again"),
    path("forgotten-password/", passwords.forgotten_password, name="forgotten-password"),
    path("forgotten-password/code/", passwords.new_password, name="new-password"),
    path("consent/", consent, name="consent"),
    path("language/", set_language, name="set-language"),
    path("base/", choose, name="choose-base"),
    path("account/", include("echauffeur.own_data.urls")),
    path("account/", include("echauffeur.accounts.urls")),
    path("admin/", admin.site.urls),
    path("", include("echauffeur.bases.urls")),
    path("", include("echauffeur.exchange.urls")),
    path("", include("bookings.urls")),
    path("", include("fleet.urls")),
    path("", include("drivers.urls")),
    path("", include("tracking.urls")),
    path("", include("dispatch.urls")),
]

if settings.DEMO:
    urlpatterns.append(path("demo/", include("echauffeur.demo.urls")))

handler400 = "echauffeur.views.bad_request"
handler403 = "echauffeur.views.forbidden"
handler404 = "echauffeur.views.not_found"
handler500 = "echauffeur.views.server_error"
