"""Addresses of joining, rosters, members and roles."""

from django.urls import path

from tournaments.web.joining import entering, people, roles, rosters, settings, team

T = "t/<slug:slug>/"
ONE = T + "people/<int:pk>/"
urlpatterns = [
    path("join/", entering.enter, name="join"),
    path("join/<str:code>/", entering.with_code, name="join-code"),
    path(T + "join/", entering.by_door, name="join-open"),
    path(T + "joining/", settings.show_joining, name="joining"),
    path(T + "joining/renew/", settings.renew_code, name="join-code-renew"),
    path(T + "joining/projector/", settings.projector, name="projector"),
    path(T + "people/", people.people, name="people"),
    path(T + "people/people.csv", people.people_csv, name="people-csv"),
    path(T + "people/add/", people.add_person, name="add-person"),
    path(T + "people/links/", people.reissue, name="reissue-links"),
    path(T + "people/roster/", rosters.roster, name="roster"),
    path(ONE, people.participant, name="participant"),
    path(ONE + "ban/", people.ban, name="ban"),
    path(ONE + "lift/", people.lift_ban, name="lift-ban"),
    path(ONE + "link/<str:username>/", people.issue_login, name="issue-login"),
    path(ONE + "unlink/<str:username>/", people.revoke_logins, name="revoke-logins"),
    path(T + "roles/", roles.roles, name="roles"),
    path(T + "roles/<int:pk>/revoke/", roles.revoke, name="revoke-role"),
    path(T + "team/", team.team, name="team"),
    path(T + "team/invite/", team.invite, name="invite-member"),
    path(T + "team/invitations/<int:pk>/revoke/", team.revoke, name="revoke-invitation"),
    path(T + "team/forecasters/", team.add_forecaster, name="add-forecaster"),
    path(T + "team/paid/", team.nominate, name="nominate"),
    path(T + "team/members/<str:username>/remove/", team.remove, name="remove-member"),
    path("member/<str:token>/", team.accept, name="member-link"),
]
