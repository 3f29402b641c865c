"""Sends commands, the choice of a speaker and a position as Web API requests, after the checks that each needs."""

from __future__ import annotations

from dataclasses import replace

from edge.players.spotify.account import SpotifyAccount
from edge.players.spotify.commands import MUSIC_OPERATIONS, Operation, SpotifyCommand, is_song
from edge.players.spotify.errors import ElsewhereError, RequestRefusedError, SpotifyError, VolumeFixedError
from edge.players.spotify.playback import SpotifyPlayback
from edge.players.spotify.speakers import Speaker, find_speaker, restricted_error


def check_playback(command: SpotifyCommand, current: SpotifyPlayback, speaker_name: str | None) -> None:
    """Raise ElsewhereError or RequestRefusedError if the command would disturb other people or affect nothing."""
    if current.elsewhere and not (command.operation is Operation.TRANSFER and command.music_in(current)):
        other = current.speaker.name if current.speaker else "another device"
        raise ElsewhereError(f'spotify: the account is playing on "{other}"; pause it there first', retry_after=1)
    if command.operation not in MUSIC_OPERATIONS and not current.on_own_speaker:
        raise RequestRefusedError(
            f'spotify: nothing is playing on "{speaker_name}", so nothing was changed; play something first',
            retry_after=1,
        )


def is_supported(command: SpotifyCommand, speaker: Speaker) -> bool:
    """False if the command is an optional volume and the speaker's volume can't be set.

    Raises SpeakerRestrictedError, VolumeFixedError.
    """
    if speaker.restricted:
        raise restricted_error(speaker.name)
    if command.operation is not Operation.VOLUME or speaker.volume_settable:
        return True
    if command.optional:
        return False
    raise VolumeFixedError(
        f'spotify.speaker: the volume of "{speaker.name}" can\'t be set through Spotify; set it on the speaker itself',
        retry_after=1,
    )


def is_songs(command: SpotifyCommand) -> bool:
    """True for songs that don't come from a playlist, album or artist."""
    return bool(command.uris) or (command.uri is not None and is_song(command.uri))


def songs_refused(*, speaker_name: str | None, cause: str) -> str:
    """The sentence for songs that were refused. Players built on librespot (spotifyd, raspotify) take lists only."""
    return (
        f'{cause}; "{speaker_name}" may take playlists and albums only, as librespot does: publish the songs of '
        "`library:` with `moodroom library publish --yes` or library.publish: true, and use playlists or albums in "
        "music.profiles"
    )


def from_album(account: SpotifyAccount, command: SpotifyCommand) -> SpotifyCommand | None:
    """The command that plays a single song from its album; None for several songs, and where the album is unknown."""
    songs = command.uris or (command.uri,)
    song = songs[0]
    if len(songs) != 1 or song is None or not song.startswith("spotify:track:"):
        return None
    try:
        album = account.read(lambda: account.api.album_of(song))
    except SpotifyError:
        return None
    return None if album is None else replace(command, uri=album, uris=(), offset=None, song=song)


def send(account: SpotifyAccount, command: SpotifyCommand, speaker: Speaker) -> None:
    """Send the command once. Raises SpotifyError."""
    account.send(lambda: _request(account, command, speaker.id or ""))


def move_to_speaker(account: SpotifyAccount, name: str) -> None:
    """Use the speaker with this name from now on, and move what plays there. Raises SpotifyError."""
    now = account.clock()
    speaker = find_speaker(name, account.read(account.api.speakers))
    if speaker.restricted:
        raise restricted_error(speaker.name)
    current = account.current(observed_only=True)
    here = current.speaker is not None and current.speaker.id == speaker.id
    if current.playing and not here:
        account.send(lambda: account.api.transfer(speaker.id or ""))
    account.use_speaker(speaker)
    if current.playing:
        position = current.position_at(now)
        account.assume(
            replace(current, at=now, position=position, speaker=replace(speaker, active=True), on_own_speaker=True)
        )


def go_to_position(account: SpotifyAccount, position: float) -> None:
    """Go to this position in the current song, seconds. Raises SpotifyError."""
    current = account.current(observed_only=True)
    if not (current.loaded and current.on_own_speaker):
        raise RequestRefusedError("spotify: nothing is playing here, so nothing was changed", retry_after=1)
    speaker = account.own_speaker(current)
    account.send(lambda: account.api.seek(speaker.id or "", position))
    account.assume(replace(current, at=account.clock(), position=position))


def _request(account: SpotifyAccount, command: SpotifyCommand, device: str) -> None:
    api, operation, uri = account.api, command.operation, command.uri
    if operation is Operation.PLAY and is_songs(command):
        api.play(device, uris=list(command.uris) or [str(uri)], position=command.position)
    elif operation is Operation.PLAY:
        api.play(device, context=uri, offset=command.offset, song=command.song, position=command.position)
    elif operation is Operation.QUEUE and uri is not None:
        api.add_to_queue(device, uri)
    elif operation is Operation.VOLUME and command.volume is not None:
        api.set_volume(device, command.volume)
    elif operation is Operation.SHUFFLE:
        api.set_shuffle(device, on=bool(command.shuffle))
    elif operation is Operation.REPEAT:
        api.set_repeat(device, command.repeat or "off")
    else:
        {
            Operation.PAUSE: api.pause,
            Operation.RESUME: api.play,
            Operation.TRANSFER: api.transfer,
            Operation.NEXT: api.next,
            Operation.PREVIOUS: api.previous,
        }[operation](device)
