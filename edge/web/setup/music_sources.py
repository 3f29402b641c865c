"""Where the page searches for music: in what the configured player can play."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edge.config import Config
from edge.errors import PlayerError, sentence_of
from edge.players.spotify.token_file import TokenFile
from edge.sentences import Sentence
from edge.songs import FoundMusic
from edge.system.secrets import secret

if TYPE_CHECKING:
    from edge.players.mpd.finding import MpdFinder
    from edge.players.spotify.catalogue.finding import SpotifyCatalogue

MPD_TIMEOUT_S = 6.0
NOT_SIGNED_IN = Sentence("Spotify can't be searched before somebody has signed in; go through the step Spotify first")
LINKS_ONLY = Sentence("Music Assistant can't be searched from here; paste the link of one of its pages")
DAEMON_LINKS_ONLY = Sentence("go-librespot can't search; paste a link from Spotify's share menu")
MISSING = Sentence("a part that this player needs isn't installed; run the installer again")


@dataclass(frozen=True)
class FoundInAll:
    """What all sources found, and why one couldn't be asked."""

    found: tuple[FoundMusic, ...]
    problems: tuple[str, ...] = ()


class MusicSources:
    """Opens a connection for each call, and closes it; may be called by several threads."""

    def __init__(self, config: Config, *, api: str | None = None, accounts: str | None = None) -> None:
        """api, accounts: addresses to use instead of Spotify's."""
        self._config, self._api, self._accounts = config, api, accounts

    def search(self, words: str) -> FoundInAll:
        """What fits the words."""
        return self._ask(lambda spotify: spotify.search(words), lambda mpd: mpd.search(words))

    def playlists(self) -> FoundInAll:
        """The listener's own lists."""
        return self._ask(lambda spotify: spotify.playlists(), lambda mpd: mpd.playlists())

    def named(self, play: str) -> FoundMusic:
        """An address with its name, which is empty where it can't be looked up."""
        if play.startswith("spotify:") and TokenFile().exists():
            with contextlib.suppress(PlayerError, ImportError), self._spotify() as spotify:
                return spotify.named(play)
        service, _, rest = play.partition(":")
        if service == "spotify":
            return FoundMusic(play, "", rest.partition(":")[0])
        return FoundMusic(play, rest.rpartition("/")[2].rpartition("=")[2], "")

    def _ask(
        self,
        ask_spotify: Callable[[SpotifyCatalogue], list[FoundMusic]],
        ask_mpd: Callable[[MpdFinder], list[FoundMusic]],
    ) -> FoundInAll:
        player = self._player()
        try:
            if player == "spotify" or (player == "go_librespot" and self._signed_in()):
                if not self._signed_in():
                    return FoundInAll((), (NOT_SIGNED_IN,))
                with self._spotify() as spotify:
                    return FoundInAll(tuple(ask_spotify(spotify)))
            if player == "mpd":
                with self._mpd() as mpd:
                    return FoundInAll(tuple(ask_mpd(mpd)))
        except PlayerError as error:
            return FoundInAll((), (sentence_of(error),))
        except ImportError:
            return FoundInAll((), (MISSING,))
        return FoundInAll((), (DAEMON_LINKS_ONLY if player == "go_librespot" else LINKS_ONLY,))

    def _signed_in(self) -> bool:
        return self._config.spotify.client_id is not None and TokenFile().exists()

    def _player(self) -> str:
        """The player whose music is searched. `auto`, and without one: the first one that is set up, else MPD."""
        config = self._config
        if config.music.player not in ("auto", "dry_run", "none"):
            return config.music.player
        if config.spotify.client_id is not None and (TokenFile().exists() or TokenFile().refused()):
            return "spotify"
        return "mpd" if config.music_assistant.host is None else "music_assistant"

    @contextlib.contextmanager
    def _spotify(self) -> Iterator[SpotifyCatalogue]:
        from edge.players.spotify.api import API_URL
        from edge.players.spotify.auth import ACCOUNTS_URL
        from edge.players.spotify.catalogue.finding import SpotifyCatalogue
        from edge.players.spotify.limits.budget import RequestBudget

        with closing(
            SpotifyCatalogue(
                self._config.spotify.client_id or "",
                TokenFile(),
                api=self._api or API_URL,
                accounts=self._accounts or ACCOUNTS_URL,
                budget=RequestBudget(),
            )
        ) as spotify:
            yield spotify

    @contextlib.contextmanager
    def _mpd(self) -> Iterator[MpdFinder]:
        from edge.players.mpd.finding import MpdFinder

        section = self._config.mpd
        password = secret("mpd_password", section.password_file)
        with closing(MpdFinder(section.host, section.port, password=password, timeout=MPD_TIMEOUT_S)) as mpd:
            yield mpd
