"""Which address shows which page."""

from django.urls import URLPattern, path

from monitor.web import (
    chain,
    channel,
    connecting,
    connection,
    entrance,
    health,
    incident,
    overview,
    run,
)

urlpatterns: list[URLPattern] = [
    path("", overview.overview, name="overview"),
    path("pause/", overview.pause, name="pause-all"),
    path("resume/", overview.resume, name="resume-all"),
    path("chains/<slug:slug>/", chain.chain, name="chain"),
    path("chains/<slug:slug>/run/", chain.run_now, name="run-now"),
    path("chains/<slug:slug>/pause/", chain.pause, name="chain-pause"),
    path("chains/<slug:slug>/resume/", chain.resume, name="chain-resume"),
    path("runs/<int:id>/", run.run, name="run"),
    path("incidents/", incident.incidents, name="incidents"),
    path("incidents/<int:id>/", incident.incident, name="incident"),
    path("connections/", connection.connections, name="connections"),
    path("connections/<slug:slug>/", connection.connection, name="connection"),
    path("connections/<slug:slug>/test/", connection.test, name="connection-test"),
    path("connections/<slug:slug>/connect/", connecting.connect, name="connect"),
    path("connections/<slug:slug>/connect/begin/", connecting.begin, name="connect-begin"),
    path("connect/callback/", connecting.callback, name="connect-callback"),
    path("channels/", channel.channels, name="channels"),
    path("channels/<slug:slug>/test/", channel.test, name="channel-test"),
    path("health/", health.health, name="health"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("enter/<str:token>/", entrance.enter, name="enter"),
    path("sign-in/", entrance.sign_in, name="sign-in"),
    path("sign-out/", entrance.sign_out, name="sign-out"),
    path("theme/", entrance.theme, name="theme"),
]

handler500 = "monitor.web.broken.broken"
