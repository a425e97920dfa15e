"""Addresses of one's own account. Of django-allauth's pages there are those listed here, no others."""

from allauth.account import views as local
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.socialaccount import views as social
from django.urls import URLPattern, URLResolver, include, path, re_path

from tournaments.web.account import entrance, profile, single
from tournaments.web.account.entrance import private

_entrance: list[URLPattern | URLResolver] = [
    path("setup/", entrance.set_up, name="setup"),
    path("in/<str:token>/", entrance.by_link, name="login-link"),
    # Twice: the library asks for its own names, everything else for ours.
    path("login/", entrance.log_in, name="account_login"),
    path("login/", entrance.log_in, name="login"),
    path("login/code/", private(factor.authenticate), name="mfa_authenticate"),
    path("login/cancelled/", private(social.login_cancelled), name="socialaccount_login_cancelled"),
    path("login/error/", private(social.login_error), name="socialaccount_login_error"),
    path("logout/", private(local.logout), name="account_logout"),
    path("logout/", private(local.logout), name="logout"),
    path("signup/", private(local.signup), name="account_signup"),
    path("oidc/<str:provider_id>/login/", single.start, name="openid_connect_login"),
    path("oidc/<str:provider_id>/login/callback/", single.back, name="openid_connect_callback"),
]
_password = [
    path("", private(local.password_change), name="account_change_password"),
    path("choose/", entrance.choose_password, name="account_set_password"),
    path("choose/", entrance.choose_password, name="choose-password"),
    path("reset/", entrance.forgotten, name="account_reset_password"),
    path("reset/sent/", private(local.password_reset_done), name="account_reset_password_done"),
    path(
        "reset/done/",
        private(local.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[-\w]+)/$",
        private(local.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
]
_second = [
    path("", private(factor.index), name="mfa_index"),
    path("on/", private(totp.activate_totp), name="mfa_activate_totp"),
    path("off/", private(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("codes/", private(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("codes/new/", private(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path(
        "codes/recovery-codes.txt", private(codes.download_recovery_codes), name="mfa_download_recovery_codes"
    ),
]
_account: list[URLPattern | URLResolver] = [
    path("", profile.account, name="account"),
    path("email/", profile.email, name="account_email"),
    re_path(r"^email/(?P<key>[-:\w]+)/$", private(local.confirm_email), name="account_confirm_email"),
    path("off/", private(local.account_inactive), name="account_inactive"),
    path("sure/", private(local.reauthenticate), name="account_reauthenticate"),
    path("sure/code/", private(factor.reauthenticate), name="mfa_reauthenticate"),
    path("password/", include(_password)),
    path("second-factor/", include(_second)),
    path("connections/", private(social.connections), name="socialaccount_connections"),
    path("keys/", profile.keys_page, name="keys"),
    path("keys/<slug:public>/revoke/", profile.revoke_key, name="revoke-key"),
]
urlpatterns = [*_entrance, path("account/", include(_account))]
