"""Broken connections, restarts, tokens, versions and speakers that go away: nothing is lost, and nothing doubled."""

from __future__ import annotations

import contextlib
import json
import random

import pytest

from edge.errors import PlayerError
from edge.players.music_assistant.errors import (
    MusicLostError,
    SchemaMismatchError,
    ServerAwayError,
    ServerLostError,
    TokenError,
)
from edge.players.music_assistant.player import MusicAssistantPlayer
from edge.values import Act, When, Wish
from tests.mass_server import Mass, MemoryLink
from tests.mass_server.world import ROOM, SPEAKER, TOKEN
from tests.players.listening import play, wish
from tests.players.music_assistant_samples import HAPPY, SAD, SONG, done, player_on, run_for
from tests.players.odd_messages import odd


def apply(player: MusicAssistantPlayer, what: Wish) -> None:
    with contextlib.suppress(PlayerError):
        player.apply(what)


@pytest.mark.parametrize("fault", ["break", "lose", "late"])
def test_music_whose_answer_is_lost_begins_once(fault: str) -> None:
    mass = Mass()
    player = player_on(mass)
    player.playback()
    mass.faults.append(fault)
    apply(player, play(HAPPY))
    run_for(player, mass, 40)
    assert player.playback().context == HAPPY.uri and player.playback().state == "playing"
    assert done(mass) == ["play_media"]


@pytest.mark.parametrize("fault", ["break", "lose"])
def test_a_skip_whose_answer_is_lost_skips_once(fault: str) -> None:
    mass = Mass()
    player = player_on(mass)
    player.apply(play(HAPPY))
    run_for(player, mass, 10)
    mass.faults.append(fault)
    apply(player, wish(Act.NEXT))
    run_for(player, mass, 20)
    assert player.playback().title == "happysongs 1" and player.playback().context == HAPPY.uri


@pytest.mark.parametrize("fault", ["break", "lose"])
def test_a_queued_song_whose_answer_is_lost_is_queued_once(fault: str) -> None:
    mass = Mass()
    player = player_on(mass)
    player.apply(play(HAPPY))
    run_for(player, mass, 10)
    mass.faults.append(fault)
    apply(player, play(SONG, When.QUEUE))
    run_for(player, mass, 20)
    assert [entry.track.uri for entry in mass.queues[SPEAKER].entries].count("library://track/calmsongs3") == 1


def test_a_refusal_sets_the_volume_back_and_is_told() -> None:
    mass = Mass()
    player = player_on(mass)
    player.apply(play(HAPPY))
    run_for(player, mass, 10)
    mass.faults.extend(["", 13])
    player.apply(play(SAD, fade=True))
    run_for(player, mass, 5)
    [abandoned] = player.take_abandoned()
    assert "can't play ma:library://playlist/2 (simulated refusal)" in abandoned.why and abandoned.fault
    assert mass.speakers[SPEAKER].volume == 40 and player.playback().context == HAPPY.uri


@pytest.mark.parametrize("refusals", [[13], [1] * 2000], ids=["for good", "until it is given up"])
def test_what_somebody_plays_after_a_refused_start_is_theirs(refusals: list[str | int]) -> None:
    mass = Mass()
    player = player_on(mass)
    player.playback()
    mass.faults.extend(refusals)
    apply(player, play(HAPPY))
    for _ in range(1000):
        if player.take_abandoned():
            break
        mass.advance(5)
        with contextlib.suppress(PlayerError):
            player.playback()
    assert not player.playback().assumed, "nothing is to begin any more"
    mass.faults.clear()
    mass.person_plays("library://album/5")
    run_for(player, mass, 5)
    assert player.playback().state == "playing" and player.playback().context == "ma:library://album/5"


def test_a_service_that_is_away_for_a_moment_is_waited_for() -> None:
    mass = Mass()
    player = player_on(mass)
    mass.faults.append(1)
    with pytest.raises(PlayerError, match="it is tried again"):
        player.apply(play(HAPPY))
    run_for(player, mass, 30)
    assert player.playback().context == HAPPY.uri and player.take_abandoned() == []


def test_music_that_never_begins_is_told() -> None:
    mass = Mass()
    mass.speakers[SPEAKER].silent = True
    player = player_on(mass)
    player.apply(play(HAPPY))
    run_for(player, mass, 60)
    [abandoned] = player.take_abandoned()
    assert "accepted, and nothing plays" in abandoned.why


def test_a_restarted_server_ends_the_music_and_no_person_did() -> None:
    mass = Mass()
    player = player_on(mass)
    player.apply(play(HAPPY))
    run_for(player, mass, 10)
    mass.restart(takes=20)
    with pytest.raises(ServerLostError):
        player.playback()
    with pytest.raises(ServerAwayError):
        player.playback()
    mass.advance(25)
    with pytest.raises(MusicLostError) as lost:
        player.playback()
    assert lost.value.silent
    playback = player.playback()
    assert playback.state == "stopped"
    player.apply(wish(Act.RESUME))
    run_for(player, mass, 5)
    assert player.playback().state == "playing" and player.playback().context == HAPPY.uri, "its entries are known"


def test_after_a_gap_the_songs_of_the_own_list_are_known() -> None:
    mass = Mass()
    player = player_on(mass)
    player.apply(play(HAPPY))
    run_for(player, mass, 10)
    mass.break_connections()
    mass.advance(700)
    run_for(player, mass, 3)
    assert player.playback().title == "happysongs 3" and player.playback().context == HAPPY.uri


def test_a_withdrawn_token_is_told_and_a_new_one_needs_no_more() -> None:
    mass = Mass()
    player = player_on(mass)
    player.apply(play(HAPPY))
    run_for(player, mass, 10)
    mass.tokens.clear()
    mass.break_connections()
    with pytest.raises(ServerLostError):
        player.playback()
    with pytest.raises(TokenError, match=r"music_assistant\.token_file: the server takes the token no longer") as error:
        player.playback()
    assert TOKEN not in str(error.value)
    with pytest.raises(TokenError):
        player.apply(play(SAD))
    mass.tokens.add(TOKEN)
    run_for(player, mass, 5)
    assert player.playback().context == SAD.uri


def test_no_token_for_a_server_that_asks_for_one() -> None:
    with pytest.raises(TokenError, match=r"music_assistant\.token_file: the server asks for a token; make one"):
        player_on(Mass(), token=None).playback()


@pytest.mark.parametrize(
    ("schema", "schema_min", "says"),
    [(120, 100, "takes clients of schema 100 and newer only"), (24, 22, "update Music Assistant to 2.3 or newer")],
)
def test_versions_that_dont_meet(schema: int, schema_min: int, says: str) -> None:
    with pytest.raises(SchemaMismatchError, match=says):
        player_on(Mass(schema=schema, schema_min=schema_min)).playback()


def test_newer_servers_that_still_speak_to_old_clients_are_fine() -> None:
    mass = Mass(schema=200, schema_min=28)
    player = player_on(mass)
    player.apply(play(HAPPY))
    run_for(player, mass, 5)
    assert player.playback().context == HAPPY.uri


# --- The speaker ------------------------------------------------------------------------------------------------------


def test_a_name_that_the_server_doesnt_know() -> None:
    with pytest.raises(PlayerError, match=r'knows no speaker called "Bath"; choose one of: Kitchen, Living Room'):
        player_on(Mass(), speaker="Bath").playback()
    with pytest.raises(PlayerError, match=r"no speaker is configured; choose one of: Kitchen, Living Room"):
        player_on(Mass(), speaker=None).playback()


def test_a_speaker_that_is_switched_off_and_on() -> None:
    mass = Mass()
    player = player_on(mass)
    player.apply(play(HAPPY))
    run_for(player, mass, 10)
    mass.switch(on=False)
    assert player.playback().state == "unavailable"
    with pytest.raises(PlayerError, match=r'"Living Room" is offline; switch it on'):
        player.apply(play(SAD))
    mass.switch(on=True)
    run_for(player, mass, 40)
    assert player.playback().context == SAD.uri


def test_a_speaker_that_is_removed_and_comes_back() -> None:
    mass = Mass()
    player = player_on(mass)
    player.playback()
    speaker = mass.remove()
    with pytest.raises(PlayerError, match=f'knows no speaker called "{ROOM}"'):
        player.playback()
    mass.add(speaker)
    assert player.playback().state == "stopped"


def test_a_speaker_without_a_volume() -> None:
    mass = Mass()
    mass.speakers[SPEAKER].volume = None
    player = player_on(mass)
    player.apply(play(HAPPY, volume=30, fade=True))
    run_for(player, mass, 5)
    assert player.playback().volume is None and done(mass) == ["play_media"]
    player.apply(wish(Act.VOLUME, 20))
    [abandoned] = player.take_abandoned()
    assert "can't be set; set it on the speaker" in abandoned.why


# --- What the server sends --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(20))
def test_any_message_is_taken_or_refused_in_one_sentence(seed: int) -> None:
    mass, rng = Mass(), random.Random(seed)
    deliver = MemoryLink.deliver

    class OddLink(MemoryLink):
        def deliver(self, text: str) -> None:
            message = json.loads(text)
            damaged = {key: odd(one, rng) if key in ("result", "data") else one for key, one in message.items()}
            deliver(self, json.dumps(damaged))

    player = MusicAssistantPlayer(
        lambda: OddLink(mass), speaker=ROOM, token=TOKEN, base="http://mass:8095", clock=mass.clock, wall=mass.wall
    )
    for _ in range(15):
        apply(player, rng.choice([play(HAPPY), play(SAD, fade=True), wish(Act.PAUSE), wish(Act.NEXT)]))
        for playback in run_for(player, mass, rng.choice([1, 5, 40])):
            texts = (playback.title, playback.artist, playback.uri, playback.cover, *playback.upcoming)
            assert all(text is None or (text.isprintable() and len(text) <= 2000) for text in texts)
            assert playback.volume is None or 0 <= playback.volume <= 100


# --- Any evening ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_any_evening_ends_well(seed: int) -> None:
    """250 faults in each: no volume stays lowered, and nothing stays pending."""
    mass, rng = Mass(), random.Random(seed)
    player = player_on(mass)
    faults = 0
    while faults < 250:
        what = rng.randrange(10)
        if what < 5:
            music = rng.choice([HAPPY, SAD, SONG])
            when = rng.choice([When.NOW, When.NOW, When.TRACK_END, When.QUEUE])
            apply(player, play(music, when, fade=rng.random() < 0.3, volume=rng.choice([None, 40])))
        elif what == 5:
            apply(player, wish(rng.choice([Act.PAUSE, Act.RESUME, Act.NEXT, Act.PREVIOUS, Act.FORGET])))
        elif what == 6:
            mass.person_skips() if mass.queues[SPEAKER].entries else mass.person_plays("library://album/5")
        elif what == 7:
            mass.switch(on=False)
            run_for(player, mass, rng.choice([2, 30]))
            mass.switch(on=True)
        elif what == 8 and not mass.down:
            mass.restart(takes=rng.choice([2, 40]))
            faults += 1
        else:
            mass.break_connections()
            faults += 1
        more = [rng.choice(["break", "lose", "late", 1, 2, 10, 999]) for _ in range(rng.choice([0, 2, 4]))]
        faults += len(more)
        mass.faults.extend(more)
        run_for(player, mass, rng.choice([0.5, 5, 30]))
    mass.faults.clear()
    run_for(player, mass, 900)
    apply(player, play(HAPPY, volume=40))
    run_for(player, mass, 60)
    assert player.playback().context == HAPPY.uri and player.playback().state == "playing"
    assert mass.speakers[SPEAKER].volume == 40
